using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tests.World;

/// <summary>Reads the credentials file again and again, as fast as it can, and remembers the first thing that was not a credential.</summary>
public sealed class ReadOnlyReader : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;
    private string? _broken;
    private long _readings;

    public ReadOnlyReader(Credentials file) => _watching = Task.Factory.StartNew(
        () => Watch(file.Path), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public long Readings => Volatile.Read(ref _readings);

    public void HasSeenNoBrokenFile() => Assert.Null(Volatile.Read(ref _broken));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private void Watch(string path)
    {
        while (!_stop.IsCancellationRequested)
        {
            byte[] bytes;
            try
            {
                bytes = File.ReadAllBytes(path);
            }
            catch (IOException gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
            {
                bytes = []; // Signed out.
            }

            if (bytes.Length > 0 && !IsCredential(bytes)) Interlocked.CompareExchange(ref _broken, Convert.ToBase64String(bytes), null);
            Interlocked.Increment(ref _readings);
            Thread.Sleep(1); // Some of the machine is for the others.
        }
    }

    private static bool IsCredential(byte[] bytes)
    {
        try
        {
            return JsonNode.Parse(bytes)?["access_token"] is not null && bytes[^1] is (byte)'\n' or (byte)'}';
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
