using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LocalService.Hosting;

namespace Container;

/// <summary>
/// Libraries that the machine's configuration names stay outside: they were made for another C library than the one in the static executable.
/// Those here end the process with exit code 99 as soon as they are loaded.
/// </summary>
public sealed class NothingIsLoaded : IAsyncLifetime
{
    private const string Host = "identity.example";

    private readonly X509Certificate2 _certificate = Certificate.For(Host);
    private IdentityService _service = null!;
    private byte[] _library = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await EmptyRoot.RequireAsync();
        _service = await IdentityService.StartAsync(new ServiceOptions { Certificate = _certificate, HostName = Host });
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["deadly.c"], DeadlyLibrary, Stop);
        using var compiler = new Started(
            new ProcessStartInfo("clang", ["-shared", "-fPIC", "-nostdlib", "-o", folder["deadly.so"], folder["deadly.c"]]), input: "");
        Assert.Equal(0, (await compiler.ExitAsync(Stop)).ExitCode);
        _library = await File.ReadAllBytesAsync(folder["deadly.so"], Stop);
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null) await _service.DisposeAsync();
        _certificate.Dispose();
    }

    [Theory]
    [InlineData("passwd: sss files systemd\ngroup: sss files systemd\nhosts: files myhostname mdns4_minimal [NOTFOUND=return] resolve [!UNAVAIL=return] dns\n")] // Fedora
    [InlineData("passwd: files systemd\nhosts: mymachines resolve [!UNAVAIL=return] files myhostname dns\n")] // Arch
    [InlineData("passwd: sss\nhosts: resolve\n")]
    [InlineData("hosts: [\n")]
    [InlineData("")]
    public async Task Names_are_looked_up_whatever_modules_the_name_service_has(string configuration)
    {
        using var root = Root();
        root.Put("/etc/nsswitch.conf", Encoding.ASCII.GetBytes(configuration));
        foreach (var module in new[] { "sss", "systemd", "myhostname", "mymachines", "mdns4_minimal", "resolve" }) root.Put($"/lib64/libnss_{module}.so.2", _library);

        await ReachesTheServiceAsync(root);
        root.Environment["DATAGEN_ISSUER"] = "https://nowhere.example";
        (await root.RunAsync("auth", "login", "--start")).IsError(3, "nowhere.example");
    }

    [Theory]
    [InlineData("default = on\ndeadly = deadly\n")]
    [InlineData("deadly = deadly\n")]
    [InlineData("nothing = nothing\n")]
    public async Task The_machines_OpenSSL_configuration_is_not_read(string providers)
    {
        var configuration = Encoding.ASCII.GetBytes($"""
            openssl_conf = all
            [all]
            providers = providers
            engines = engines
            ssl_conf = ssl
            [providers]
            {providers}
            [on]
            activate = 1
            [deadly]
            module = /lib64/deadly.so
            activate = 1
            [nothing]
            [engines]
            deadly = engine
            [engine]
            dynamic_path = /lib64/deadly.so
            init = 1
            [ssl]
            system_default = tls
            [tls]
            MaxProtocol = SSLv3

            """);
        using var root = Root();
        root.Put("/usr/lib/ssl/openssl.cnf", configuration);
        root.Put("/lib64/deadly.so", _library);
        root.Environment["OPENSSL_MODULES"] = root.Environment["OPENSSL_ENGINES"] = "/lib64";

        await ReachesTheServiceAsync(root);
        root.Environment["OPENSSL_CONF"] = "/usr/lib/ssl/openssl.cnf";
        await ReachesTheServiceAsync(root);
    }

    [Fact]
    public async Task There_is_no_loader_in_the_file()
    {
        await EmptyRoot.RequireAsync();

        var content = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Executable.Path("datagen"), Stop));

        Assert.DoesNotContain("invalid mode for dlopen()", content, StringComparison.Ordinal); // In glibc's _dl_open.
        Assert.DoesNotContain("libgssapi", content, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_library_is_opened()
    {
        using var folder = new TemporaryFolder();
        var cli = Cli.Named("datagen", folder.Path).With("LD_LIBRARY_PATH", "/lib64");
        foreach (var command in new[] { "auth login", "auth status", "auth doctor", "api /v1" })
        {
            using var traced = new Started(
                cli.With("DATAGEN_ISSUER", "https://nowhere.invalid").With("HTTPS_PROXY", "http://user:word@127.0.0.1:9")
                    .Prepare("strace", ["-f", "-qq", "-e", "trace=open,openat", "-o", folder["trace"], cli.Program, .. command.Split(' ')]),
                input: "");
            await traced.ExitAsync(Stop);
            var trace = await File.ReadAllTextAsync(folder["trace"], Stop);
            Assert.Contains("openat(", trace, StringComparison.Ordinal);
            Assert.DoesNotContain(".so", trace, StringComparison.Ordinal);
        }
    }

    private static async Task ReachesTheServiceAsync(EmptyRoot root)
    {
        var run = await root.RunAsync("auth", "login", "--start");
        Assert.Equal((0, ""), (run.ExitCode, run.StandardError));
        Assert.Contains("user_code", run.StandardOutput, StringComparison.Ordinal);
    }

    private EmptyRoot Root()
    {
        var root = new EmptyRoot
        {
            HasConfig = true,
            Environment =
            {
                ["DATAGEN_ISSUER"] = _service.Issuer, ["DATAGEN_CONFIG_DIR"] = "/config", ["SSL_CERT_FILE"] = "/bundle.pem", ["LD_LIBRARY_PATH"] = "/lib64",
            },
        };
        root.Put("/bundle.pem", Encoding.ASCII.GetBytes(_certificate.ExportCertificatePem() + "\n"));
        root.Put("/etc/hosts", "127.0.0.1 localhost identity.example\n"u8);
        root.Put("/lib64/libgssapi_krb5.so.2", _library);
        return root;
    }

    private const string DeadlyLibrary = """
        __attribute__((constructor)) static void deadly(void)
        {
        #ifdef __x86_64__
            __asm__ volatile("syscall" : : "a"(231), "D"(99) : "rcx", "r11", "memory");
        #else
            register long status __asm__("x0") = 99;
            register long call __asm__("x8") = 94;
            __asm__ volatile("svc 0" : : "r"(status), "r"(call));
        #endif
        }
        """;
}
