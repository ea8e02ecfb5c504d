using System.Security.Cryptography.X509Certificates;
using LocalService.Hosting;

namespace WholeProgram.SigningIn;

/// <summary>Over TLS, with a certificate that only this service's people know.</summary>
public sealed class Secured : Situation
{
    private readonly X509Certificate2 _certificate = Certificate.For("localhost");

    protected override ServiceOptions Options => new() { Certificate = _certificate, HostName = "localhost" };

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _certificate.Dispose();
    }

    [Fact]
    public async Task An_unknown_authority_is_exit_3_and_the_hint_names_SSL_CERT_FILE()
    {
        (await Datagen.RunAsync("auth", "login")).IsError(3, $"can't reach {Service.IssuerUri.Authority}", "SSL_CERT_FILE");

        Assert.Empty(Requests);
    }

    [Fact]
    public async Task SSL_CERT_FILE_makes_an_authority_known()
    {
        await System.IO.File.WriteAllTextAsync(Home["ca.pem"], _certificate.ExportCertificatePem(), Stop);

        var run = await SignInAsync(Datagen.With("SSL_CERT_FILE", Home["ca.pem"]), You);

        Assert.Equal(new Run(0, "status: authenticated\nemail: you@yourcompany.com\nactive_org_slug: yourcompany\n", Prompts()), run);
    }

    [Fact]
    public async Task This_very_machine_is_asked_without_the_proxy_of_the_environment()
    {
        await System.IO.File.WriteAllTextAsync(Home["ca.pem"], _certificate.ExportCertificatePem(), Stop);
        using var proxy = new ConnectProxy();

        var run = await SignInAsync(Datagen.With("SSL_CERT_FILE", Home["ca.pem"]).With("HTTPS_PROXY", proxy.Address), You);

        Assert.Equal((0, Prompts()), (run.ExitCode, run.StandardError));
        Assert.Empty(proxy.Requests);
    }
}

/// <summary>Over TLS, with a certificate that nobody should take, although its authority is known.</summary>
public abstract class SecuredWrongly(X509Certificate2 certificate) : Situation
{
    protected override ServiceOptions Options => new() { Certificate = certificate, HostName = "localhost" };

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        certificate.Dispose();
        GC.SuppressFinalize(this);
    }

    protected async Task IsRefusedAsync(params string[] says)
    {
        await System.IO.File.WriteAllTextAsync(Home["ca.pem"], certificate.ExportCertificatePem(), Stop);

        var run = await Datagen.With("SSL_CERT_FILE", Home["ca.pem"]).RunAsync("auth", "login");

        // Another authority would not help.
        run.IsError(3, [$"can't reach {Service.IssuerUri.Authority}", .. says]);
        Assert.DoesNotContain("SSL_CERT_FILE", run.StandardError, StringComparison.Ordinal);
        Assert.Empty(Requests);
    }
}

public sealed class SecuredForAnotherHost() : SecuredWrongly(Certificate.For("another.example"))
{
    [Fact]
    public Task Is_exit_3_and_says_so() => IsRefusedAsync("its certificate is for another host");
}

public sealed class SecuredInThePast() : SecuredWrongly(Certificate.For("localhost", DateTimeOffset.UtcNow.AddDays(-9), DateTimeOffset.UtcNow.AddDays(-2)))
{
    [Fact]
    public Task Is_exit_3_and_the_hint_names_the_clock() => IsRefusedAsync("its certificate has expired", "hint: check this machine's clock");
}

public sealed class SecuredInTheFuture() : SecuredWrongly(Certificate.For("localhost", DateTimeOffset.UtcNow.AddDays(2), DateTimeOffset.UtcNow.AddDays(9)))
{
    [Fact]
    public Task Is_exit_3_and_the_hint_names_the_clock() => IsRefusedAsync("its certificate is not valid yet", "hint: check this machine's clock");
}
