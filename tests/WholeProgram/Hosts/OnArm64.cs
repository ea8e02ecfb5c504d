using System.Security.Cryptography.X509Certificates;
using LocalService.Hosting;

namespace WholeProgram.Hosts;

/// <summary>The executable for linux-arm64, under an emulator of that processor.</summary>
public abstract class OnArm64 : Situation
{
    private const string Emulator = "/usr/bin/qemu-aarch64-static";

    private static readonly string s_program = Path.Combine(Path.GetDirectoryName(Executable.Path("datagen"))!, "linux-arm64", "datagen");

    public override ValueTask InitializeAsync()
    {
        Assert.SkipUnless(System.IO.File.Exists(s_program), "./publish.sh --rid linux-arm64 makes what is tested here");
        Assert.True(System.IO.File.Exists(Emulator), "packaging/tools.sh tests installs the emulator");
        return base.InitializeAsync();
    }

    protected virtual Cli Prepared(Cli cli) => cli;

    [Fact]
    public async Task Both_names_and_the_help_are_there()
    {
        Assert.Matches(@"\Adatagen \d+\.\d+\.\d+\n\z", (await RunAsync("datagen", "--version")).StandardOutput);
        Assert.Matches(@"\Agenlabz \d+\.\d+\.\d+\n\z", (await RunAsync("genlabz", "--version")).StandardOutput);
        Assert.Equal(await Datagen.RunAsync("auth", "login", "--help"), await RunAsync("datagen", "auth", "login", "--help"));
    }

    [Fact]
    public async Task The_device_flow_signs_in_and_out()
    {
        using var login = Start("datagen", "auth", "login");
        await ApproveAsync(login);
        Assert.Equal((0, $"status: authenticated\nemail: {You}\nactive_org_slug: yourcompany\n"), Outcome(await login.ExitAsync(Stop)));

        Assert.Equal((0, $"email: {You}\nactive_org_slug: yourcompany\nrole: admin\n"), Outcome(await RunAsync("datagen", "auth", "status")));
        Assert.Equal((0, $"{File["access_token"]}\n"), Outcome(await RunAsync("datagen", "auth", "token")));
        Assert.Equal((0, "status: logged_out\n"), Outcome(await RunAsync("datagen", "auth", "logout")));
        Assert.False(File.Exists);
    }

    [Fact]
    public async Task The_browser_flow_signs_in_and_out()
    {
        using var login = Start("genlabz", "auth", "login");
        using var browser = Service.NewBrowser();
        using var page = await browser.AuthorizeAndFollowAsync(new Uri(await login.SaysAsync(@"^Open: (\S+)\n", Stop)), Author, approve: true, Stop);
        Assert.Equal(0, (await login.ExitAsync(Stop)).ExitCode);

        Assert.Equal((0, $"Email: {Author}\nGroups: authors\nExpires: {GenLabZFile["expires_at"]}\n"), Outcome(await RunAsync("genlabz", "auth", "status")));
        Assert.Equal((0, "Logged out. Tokens cleared.\n"), Outcome(await RunAsync("genlabz", "auth", "logout")));
    }

    private static (int, string) Outcome(Run run) => (run.ExitCode, run.StandardOutput + run.StandardError[..(run.ExitCode == 0 ? 0 : run.StandardError.Length)]);

    private Started Start(string name, params string[] arguments)
    {
        var cli = Prepared(name == "datagen" ? Datagen : GenLabZ);
        return new Started(cli.Prepare(Emulator, ["-0", name, s_program, .. arguments]), input: "");
    }

    private async Task<Run> RunAsync(string name, params string[] arguments)
    {
        using var started = Start(name, arguments);
        return await started.ExitAsync(Stop);
    }
}

public sealed class OnArm64OverHttp : OnArm64;

public sealed class OnArm64OverHttps : OnArm64
{
    private readonly X509Certificate2 _certificate = Certificate.For("localhost");

    protected override ServiceOptions Options => new() { Certificate = _certificate, HostName = "localhost" };

    protected override Cli Prepared(Cli cli)
    {
        System.IO.File.WriteAllText(Home["bundle.pem"], _certificate.ExportCertificatePem());
        return cli.With("SSL_CERT_FILE", Home["bundle.pem"]);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _certificate.Dispose();
    }
}
