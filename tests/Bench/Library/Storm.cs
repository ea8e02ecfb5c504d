using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Datagen.Auth;

namespace Library;

/// <summary>10,000 callers in 8 processes find an expired token at the same moment: one of them refreshes it for all.</summary>
internal static class Storm
{
    private const int Processes = 8;
    private const int CallersEach = 1250;
    private static readonly TimeSpan s_answerTime = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync()
    {
        var port = FreePort();
        using var server = new HttpListener { Prefixes = { $"http://127.0.0.1:{port}/" } };
        server.Start();
        var grants = 0;
        var serving = ServeAsync();
        using var signedIn = new SignedIn(TimeSpan.FromMinutes(-5), $"http://127.0.0.1:{port}");
        var go = Path.Combine(signedIn.Folder, "go");
        var workers = Enumerable.Range(0, Processes).Select(_ => Process.Start(new ProcessStartInfo(Environment.ProcessPath!)
        {
            ArgumentList = { "callers", signedIn.Folder, go, CallersEach.ToString(CultureInfo.InvariantCulture) },
            RedirectStandardOutput = true,
        })!).ToList();
        await Task.Delay(TimeSpan.FromSeconds(15)); // All have started.
        await File.WriteAllTextAsync(go, "");
        var lines = await Task.WhenAll(workers.Select(worker => worker.StandardOutput.ReadToEndAsync()));
        server.Stop();
        await serving;
        Console.WriteLine(string.Join("", lines));
        Console.WriteLine($"{grants} grant; the server answers after {s_answerTime.TotalMilliseconds:0} ms");
        foreach (var worker in workers) worker.Dispose();
        return grants == 1 ? 0 : 1;

        async Task ServeAsync()
        {
            while (server.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await server.GetContextAsync();
                }
                catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                Interlocked.Increment(ref grants);
                await Task.Delay(s_answerTime);
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes("""{"access_token":"a2","token_type":"Bearer","expires_in":3600,"refresh_token":"r2"}"""));
                context.Response.Close();
            }
        }
    }

    // The compiler's time is not the library's: the same way once, to a server that is not there.
    private static async Task WarmUpAsync()
    {
        using var expired = new SignedIn(TimeSpan.FromMinutes(-5), $"http://127.0.0.1:{FreePort()}");
        try
        {
            await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => SignedIn.Open(expired.Folder).GetAccessTokenAsync())));
        }
        catch (ServiceUnreachableException)
        {
            return;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static async Task<int> CallAsync(string folder, string go, int callers)
    {
        await WarmUpAsync();
        var session = SignedIn.Open(folder);
        while (!File.Exists(go)) await Task.Delay(1);
        var start = Stopwatch.GetTimestamp();
        var tokens = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(() => session.GetAccessTokenAsync())));
        Console.WriteLine($"{tokens.Count(token => token.Value == "a2")} served after {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms");
        return 0;
    }
}
