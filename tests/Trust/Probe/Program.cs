// probe trust|framework ADDRESS...    asks each address, and prints a line for each: accepted, or refused and why
// probe at-once ADDRESS               the same, eight times at once, with SystemTrust
// probe store                         prints how many roots the framework has after SystemTrust
// probe environment                   prints the environment that children get before SystemTrust and after it
using System.Diagnostics;
using System.Net.Security;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using Datagen.Trust;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
[assembly: UnsupportedOSPlatform("windows")]

if (args[0] == "environment")
{
    await ShowEnvironment();
    _ = SystemTrust.Options();
    await ShowEnvironment();
    return;
}

if (args[0] == "store")
{
    _ = SystemTrust.Options();
    using var store = new X509Store(StoreName.Root, StoreLocation.LocalMachine, OpenFlags.ReadOnly);
    Console.WriteLine(store.Certificates.Count);
    return;
}

var options = args[0] == "framework" ? new SslClientAuthenticationOptions() : SystemTrust.Options()!;
if (args[0] == "at-once") await Task.WhenAll(Enumerable.Repeat(args[1], 8).Select(Ask));
foreach (var address in args[0] == "at-once" ? [] : args[1..]) await Ask(address);

async Task Ask(string address)
{
    using var http = new HttpClient(new SocketsHttpHandler { SslOptions = options });
    try
    {
        Console.WriteLine(await http.GetStringAsync(new Uri(address)));
    }
    catch (HttpRequestException refused) when (refused.HttpRequestError == HttpRequestError.SecureConnectionError)
    {
        Console.WriteLine($"refused: {(refused.InnerException ?? refused).Message.ReplaceLineEndings(" ")}");
    }
}

// Once as the C library passes it on, once as the framework does.
static async Task ShowEnvironment()
{
    _ = Libc.Run("env");
    using var child = Process.Start("env");
    await child.WaitForExitAsync();
    _ = Libc.Run("echo");
}

internal static partial class Libc
{
    [LibraryImport("libc", EntryPoint = "system", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Run(string command);
}
