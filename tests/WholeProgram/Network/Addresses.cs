using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using LocalService.Hosting;

namespace WholeProgram.Network;

/// <summary>A server whose name has an IPv6 and an IPv4 address, of which only the second works.</summary>
public sealed class Addresses : Situation
{
    private const string Host = "twofold.invalid";
    private const string Bubblewrap = "/usr/bin/bwrap";
    private static readonly TimeSpan s_muchLessThanATimeout = TimeSpan.FromSeconds(12); // On a busy machine; the race itself is measured in Unit.

    private readonly X509Certificate2 _certificate = Certificate.For(Host);

    protected override ServiceOptions Options => new() { Certificate = _certificate, HostName = Host };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await System.IO.File.WriteAllTextAsync(Home["ca.pem"], _certificate.ExportCertificatePem(), Stop);
        await System.IO.File.WriteAllTextAsync(Home["hosts"], $"::1 {Host}\n127.0.0.1 {Host}\n", Stop);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _certificate.Dispose();
    }

    [Fact]
    public async Task A_silent_IPv6_address_costs_no_timeout()
    {
        using var silent = new SilentPort(IPAddress.IPv6Loopback, Service.IssuerUri.Port);
        Assert.True(await silent.IsSilentAsync());
        var watch = Stopwatch.StartNew();

        (await RunAsync([], Datagen, "auth", "login", "--with-token")).IsError(1, "refused");

        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(250), s_muchLessThanATimeout);
        Assert.Equal(["GET /.well-known/openid-configuration", "GET /userinfo"], Requests);
    }

    [Fact]
    public async Task The_proxys_addresses_are_raced_too()
    {
        using var proxy = new ScriptedProxy();
        using var silent = new SilentPort(IPAddress.IPv6Loopback, proxy.Port);
        Assert.True(await silent.IsSilentAsync());
        var watch = Stopwatch.StartNew();

        (await RunAsync([], Datagen.With("HTTPS_PROXY", $"http://{Host}:{proxy.Port}"), "auth", "login", "--with-token")).IsError(1, "refused");

        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(250), s_muchLessThanATimeout);
        Assert.Single(proxy.Heads);
    }

    [Fact]
    public async Task The_APIs_addresses_are_raced_too()
    {
        await using var api = await ApiServer.StartAsync(_certificate, Host);
        using var silent = new SilentPort(IPAddress.IPv6Loopback, api.Uri.Port);
        Assert.True(await silent.IsSilentAsync());
        var watch = Stopwatch.StartNew();

        var run = await RunAsync([], Datagen.With("DATAGEN_TOKEN", "t0ken-of-this-test").With("DATAGEN_API", api.Address), "api", "/x");

        Assert.Equal(new Run(0, "{}", ""), run);
        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(250), s_muchLessThanATimeout);
    }

    [Theory]
    [InlineData(1, "EPERM")]
    [InlineData(13, "EACCES")]
    [InlineData(97, "EAFNOSUPPORT")]
    public async Task Where_IPv6_sockets_are_refused_IPv4_is_used(int errno, string name)
    {
        await System.IO.File.WriteAllBytesAsync(Home["filter"], RefusingIPv6(errno), Stop);

        var run = await RunAsync(["--seccomp", "9"], Datagen, "auth", "login", "--with-token");

        Assert.Equal((1, name), (run.ExitCode, name));
        Assert.Equal(["GET /.well-known/openid-configuration", "GET /userinfo"], Requests);
    }

    // A machine whose list of hosts is this one.
    private async Task<Run> RunAsync(string[] options, Cli cli, params string[] arguments)
    {
        Assert.SkipUnless(System.IO.File.Exists(Bubblewrap) && System.Net.Sockets.Socket.OSSupportsIPv6, "needs bubblewrap and IPv6");
        if (!System.IO.File.Exists(Home["filter"])) await System.IO.File.WriteAllBytesAsync(Home["filter"], [], Stop);
        return await (cli.With("SSL_CERT_FILE", Home["ca.pem"]) with { Program = "/bin/sh" }).RunWithInputAsync(
            "unknown",
            ["-c", "exec \"$@\" 9<\"$0\"", Home["filter"], Bubblewrap, "--dev-bind", "/", "/", "--ro-bind", Home["hosts"], "/etc/hosts", .. options, "--", Executable.Path("datagen"), .. arguments]);
    }

    // seccomp(2): socket(AF_INET6, …) fails with that error, everything else goes its way.
    private static byte[] RefusingIPv6(int errno)
    {
        const ushort Load = 0x20, JumpIfEqual = 0x15, Return = 0x06;
        const int FamilyIPv6 = 10;
        const uint Allow = 0x7FFF0000, Fail = 0x00050000;
        var socket = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 198u : 41u;
        return
        [
            .. Step(Load, 0, 0, 0), // The call's number.
            .. Step(JumpIfEqual, 0, 3, socket),
            .. Step(Load, 0, 0, 16), // Its first argument.
            .. Step(JumpIfEqual, 0, 1, FamilyIPv6),
            .. Step(Return, 0, 0, Fail | (uint)errno),
            .. Step(Return, 0, 0, Allow),
        ];

        static byte[] Step(ushort code, byte ifTrue, byte ifFalse, uint value) =>
            [.. BitConverter.GetBytes(code), ifTrue, ifFalse, .. BitConverter.GetBytes(value)];
    }
}

/// <summary>A name that is this machine without asking anyone.</summary>
public sealed class NamesBelowLocalhost : Situation
{
    private const string Host = "id.localhost";
    private readonly X509Certificate2 _certificate = Certificate.For(Host);

    protected override ServiceOptions Options => new() { Certificate = _certificate, HostName = Host };

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _certificate.Dispose();
    }

    [Fact]
    public async Task Are_resolved_by_nobody_and_go_through_no_proxy()
    {
        Assert.SkipUnless(System.IO.File.Exists("/usr/bin/bwrap"), "needs bubblewrap");
        await System.IO.File.WriteAllTextAsync(Home["ca.pem"], _certificate.ExportCertificatePem(), Stop);
        await System.IO.File.WriteAllTextAsync(Home["nsswitch.conf"], "hosts: myhostname resolve [!UNAVAIL=return] files\n", Stop);
        using var proxy = new ScriptedProxy();

        var run = await (Datagen.With("SSL_CERT_FILE", Home["ca.pem"]).With("HTTPS_PROXY", $"http://127.0.0.1:{proxy.Port}") with { Program = "/usr/bin/bwrap" }).RunWithInputAsync(
            "unknown",
            ["--dev-bind", "/", "/", "--ro-bind", Home["nsswitch.conf"], "/etc/nsswitch.conf", "--ro-bind", "/dev/null", "/etc/hosts", "--ro-bind", "/dev/null", "/etc/resolv.conf",
                "--", Executable.Path("datagen"), "auth", "login", "--with-token"]);

        run.IsError(1, "refused");
        Assert.Equal(["GET /.well-known/openid-configuration", "GET /userinfo"], Requests);
        Assert.Empty(proxy.Heads);
    }
}
