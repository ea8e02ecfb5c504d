using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Interop.World;

namespace Interop.Independent;

/// <summary>Machines without a person, at a provider that authenticates them by a secret or by a key of theirs.</summary>
public class Machines(Servers servers) : ProviderSituation(servers)
{
    private static readonly ECDsa s_key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    protected override IEnumerable<(string Name, string Value)> Settings
    {
        get
        {
            var point = s_key.ExportParameters(includePrivateParameters: false).Q;
            return [("WORKLOAD_JWK", $$"""{"kty":"EC","crv":"P-256","use":"sig","alg":"ES256","x":"{{Base64Url.EncodeToString(point.X)}}","y":"{{Base64Url.EncodeToString(point.Y)}}"}""")];
        }
    }

    [Fact]
    public async Task Client_credentials_with_a_secret()
    {
        var cli = Datagen(Provider, "robot").With("DATAGEN_GRANT", "client_credentials").With("DATAGEN_CLIENT_SECRET", "known to & hidden from nobody");

        var token = await cli.RunAsync("auth", "token", "--verbose");

        Assert.Equal(0, token.ExitCode);
        Assert.NotEqual("", token.StandardOutput.Trim());
        Assert.DoesNotContain("hidden", token.StandardError, StringComparison.Ordinal);
        // The provider's UserInfo refuses such a token: it is about nobody.
        Assert.Equal(new Run(0, "email: none\nactive_org_slug: none\nrole: none\n", ""), await cli.RunAsync("auth", "status"));
        (await cli.With("DATAGEN_CLIENT_SECRET", "another").RunAsync("auth", "token")).IsError(1, "client authentication failed");
    }

    [Fact] // RFC 7523 section 2.2, as the provider's private_key_jwt.
    public async Task Client_credentials_with_an_assertion_from_a_file()
    {
        var cli = Datagen(Provider, "workload").With("DATAGEN_GRANT", "client_credentials").With("DATAGEN_SUBJECT_TOKEN_FILE", Home["token"]);
        await System.IO.File.WriteAllTextAsync(Home["token"], Assertion(Provider.Issuer), Stop);

        Assert.Equal(0, (await cli.RunAsync("auth", "token")).ExitCode);

        await System.IO.File.WriteAllTextAsync(Home["token"], Assertion("https://elsewhere.example"), Stop);
        (await cli.RunAsync("auth", "token")).IsError(1, "client authentication failed");
    }

    private static string Assertion(string audience)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var signed = $"{Text("""{"alg":"ES256","typ":"JWT"}""")}.{Text(
            $$"""{"iss":"workload","sub":"workload","aud":"{{audience}}","jti":"{{Guid.NewGuid()}}","iat":{{now}},"exp":{{now + 60}}}""")}";
        return $"{signed}.{Base64Url.EncodeToString(s_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";

        static string Text(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
    }
}
