using System.Security.Cryptography.X509Certificates;
using LocalService.Hosting;

namespace WholeProgram.SigningIn;

/// <summary>The server's name is one that only the proxy can resolve.</summary>
public sealed class BehindAProxy : Situation
{
    private const string Host = "identity.invalid";

    private readonly X509Certificate2 _certificate = Certificate.For(Host);
    private readonly ConnectProxy _proxy = new();

    protected override ServiceOptions Options => new() { Certificate = _certificate, HostName = Host };

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _proxy.Dispose();
        _certificate.Dispose();
    }

    [Theory]
    [InlineData("HTTPS_PROXY")]
    [InlineData("https_proxy")]
    public async Task The_proxy_of_the_environment_is_asked_to_connect(string variable)
    {
        (await CheckTokenAsync(variable, _proxy.Address)).IsError(1, "refused");

        Assert.Equal([$"CONNECT {Service.IssuerUri.Authority} HTTP/1.1"], _proxy.Requests);
        Assert.Equal(["GET /.well-known/openid-configuration", "GET /userinfo"], Requests);
    }

    [Theory]
    [InlineData("NO_PROXY", Host)]
    [InlineData("no_proxy", "example.com,.invalid")]
    public async Task NO_PROXY_goes_around_it(string variable, string value)
    {
        (await CheckTokenAsync("HTTPS_PROXY", _proxy.Address, variable, value)).IsError(3, Host);

        Assert.Empty(_proxy.Requests);
    }

    [Fact]
    public async Task A_proxy_that_is_down_is_exit_3()
    {
        _proxy.Dispose();

        (await CheckTokenAsync("HTTPS_PROXY", _proxy.Address)).IsError(3, Service.IssuerUri.Authority);

        Assert.Empty(Requests);
    }

    [Fact]
    public async Task A_proxy_that_refuses_is_exit_3()
    {
        _proxy.Refuses = true;

        (await CheckTokenAsync("HTTPS_PROXY", _proxy.Address)).IsError(3, Service.IssuerUri.Authority, "proxy");

        Assert.Empty(Requests);
    }

    /// <summary>The shortest command that talks to a server nobody is signed in to.</summary>
    private async Task<Run> CheckTokenAsync(params string[] variables)
    {
        await System.IO.File.WriteAllTextAsync(Home["ca.pem"], _certificate.ExportCertificatePem(), Stop);
        var cli = Datagen.With("SSL_CERT_FILE", Home["ca.pem"]);
        foreach (var variable in variables.Chunk(2)) cli = cli.With(variable[0], variable[1]);
        return await cli.RunWithInputAsync("unknown", "auth", "login", "--with-token");
    }
}
