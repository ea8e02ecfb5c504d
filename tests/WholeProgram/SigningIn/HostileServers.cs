using System.Diagnostics;
using System.Text;

namespace WholeProgram.SigningIn;

/// <summary>Servers that are broken, or mean harm: an error of one line within bounds of time and memory, whatever they send.</summary>
public sealed class HostileServers : IDisposable
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    private const int AddressSpace = 2 << 20; // KiB

    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 21\r\n\r\n<html>Welcome!</html>", 1, "not the JSON")]
    [InlineData(Ok + "Content-Length: 0\r\n\r\n", 1, "not the JSON")]
    [InlineData(Ok + "Content-Length: 4\r\n\r\nnull", 1, "is not a sign-in service")]
    [InlineData(Ok + "Content-Length: 12\r\n\r\n{\"issuer\":\"h", 1, "not the JSON")]
    [InlineData(Ok + "Content-Length: 900\r\n\r\n{\"issuer\":\"h", 3, "connection was")]
    [InlineData(Ok + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"iss\r\n", 3, "connection was")]
    [InlineData(Ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", 1, "as an HTTP server should")]
    [InlineData(Ok + "Content-Length: 9223372036854775807\r\n\r\n{}", 1, "MiB")]
    [InlineData(Ok + "Content-Length: -1\r\n\r\n{}", 1, "")]
    [InlineData(Ok + "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\u001f\u008b", 1, "can't be unpacked")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", 1, "as an HTTP server should")]
    [InlineData("\u001b[2J\u001b]0;gone\u0007", 3, "connection was dropped")]
    [InlineData("\u001b[2J\u001b]0;gone\u0007\r\n\r\n", 1, "as an HTTP server should")]
    [InlineData("", 3, "connection was dropped")]
    [InlineData("HTTP/1.1 200 \u001b[2JOK\r\nX-\u001b[31m: x\r\n\r\n", 1, "")]
    [InlineData("HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n", 3, "999")]
    [InlineData("HTTP/1.1 429 Slow\r\nRetry-After: 9999999999999999999\r\nContent-Length: 0\r\n\r\n", 1, "too many requests")]
    [InlineData("HTTP/1.1 429 Slow\r\nRetry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\nContent-Length: 0\r\n\r\n", 1, "too many requests")]
    [InlineData("HTTP/1.1 429 Slow\r\nRetry-After: \u001b[2Jsoon\r\nContent-Length: 0\r\n\r\n", 1, "too many requests")]
    [InlineData("HTTP/1.1 503 Down\r\nRetry-After: 2147483647\r\nContent-Length: 0\r\n\r\n", 3, "503")]
    [InlineData("HTTP/1.1 503 Down\r\nRetry-After: -1\r\nContent-Length: 0\r\n\r\n", 3, "503")]
    public async Task Whatever_they_answer_it_is_one_error_at_once(string answer, int exitCode, string says)
    {
        using var server = new RawServer(answer);
        var start = Stopwatch.GetTimestamp();

        await FailsAsync(server, exitCode, says);

        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20), "it waited");
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_of_any_kind_is_not_followed(int status)
    {
        using var elsewhere = new RawServer(Ok + "\r\n{}");
        using var server = new RawServer($"HTTP/1.1 {status} Elsewhere\r\nLocation: {elsewhere.Address}/\r\nContent-Length: 0\r\n\r\n");

        await FailsAsync(server, 1, "redirect");

        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public Task JSON_nested_without_end_is_exit_1() =>
        FailsAsync(Ok + "\r\n" + string.Concat(Enumerable.Repeat("{\"a\":", 150_000)), 1, "not the JSON");

    [Fact]
    public Task Headers_of_100_megabytes_are_not_read() => FailsAsync(
        async stream =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n"u8.ToArray());
            var header = Encoding.ASCII.GetBytes($"X-Long: {new string('x', 8000)}\r\n");
            for (var sent = 0; sent < 100 << 20; sent += header.Length) await stream.WriteAsync(header);
        },
        1,
        "as an HTTP server should");

    [Fact]
    public Task One_header_of_100_megabytes_is_not_read() => FailsAsync(
        async stream =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nX-Long: "u8.ToArray());
            var part = new byte[1 << 20];
            part.AsSpan().Fill((byte)'x');
            for (var sent = 0; sent < 100; sent++) await stream.WriteAsync(part);
        },
        1,
        "as an HTTP server should");

    [Theory]
    [InlineData("")]
    [InlineData("Transfer-Encoding: chunked\r\n")]
    public Task A_body_without_end_is_not_read(string header) => FailsAsync(
        async stream =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"{Ok}{header}\r\n"));
            var part = new byte[64 << 10];
            part.AsSpan().Fill((byte)' ');
            while (true)
            {
                if (header.Length > 0) await stream.WriteAsync("10000\r\n"u8.ToArray());
                await stream.WriteAsync(part);
                if (header.Length > 0) await stream.WriteAsync("\r\n"u8.ToArray());
            }
        },
        1,
        "more than 1 MiB");

    // In real time: nothing in the program can be told to hurry.
    [Fact]
    public Task A_drip_is_waited_for_no_longer_than_silence() => Task.WhenAll(
        DripsAsync(Ok + "\r\n", " "),
        DripsAsync("HTTP/1.1 200 OK\r\n", "X: y\r\n"),
        DripsAsync("", "HTTP/1.1 100 Continue\r\n\r\n"));

    private async Task DripsAsync(string first, string drip)
    {
        using var server = new RawServer(async stream =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(first));
            while (true)
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(drip));
                await Task.Delay(200);
            }
        });

        await FailsAsync(server, 3, "did not answer within 30 seconds");
    }

    private Task FailsAsync(string answer, int exitCode, string says) =>
        FailsAsync(stream => stream.WriteAsync(Encoding.UTF8.GetBytes(answer)).AsTask(), exitCode, says);

    private async Task FailsAsync(Func<Stream, Task> answer, int exitCode, string says)
    {
        using var server = new RawServer(answer);
        await FailsAsync(server, exitCode, says);
    }

    private async Task FailsAsync(RawServer server, int exitCode, string says)
    {
        var cli = Cli.Named("datagen", _home.Path).With("DATAGEN_ISSUER", server.Address);

        var run = await cli.RunInShellAsync($"ulimit -v {AddressSpace} && exec \"$@\"", "auth", "login");

        run.IsError(exitCode, says);
        Assert.DoesNotContain(run.StandardError, c => c != '\n' && char.IsControl(c));
        Assert.False(Directory.Exists(_home[".config/datagen"]) && File.Exists(_home[".config/datagen/credentials.json"]));
    }
}
