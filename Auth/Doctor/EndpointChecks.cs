using Datagen.Auth;
using Datagen.Protocol;
using Datagen.Storage;

namespace Datagen.Doctor;

/// <summary>Whether a server's endpoints answer at all: each gets a bare HEAD, without token or form.</summary>
internal sealed class EndpointChecks(Product product, ServiceClient service, Reach reach, CancellationToken cancellation)
{
    public async Task<IReadOnlyList<Check>> RunAsync(Endpoints endpoints, Credential? credential)
    {
        var kept = credential?.Endpoints;
        // With a session there is nothing that needs the endpoints of a sign-in.
        var signIn = credential is null ? Need.Now : Need.AtNextSignIn;
        var probes = new[]
        {
            ProbeOneAsync(EndpointName.DeviceAuthorization, endpoints.DeviceAuthorizationEndpoint, kept?.DeviceAuthorizationEndpoint, product.DefaultFlow == SignInFlow.Device ? signIn : Need.None),
            ProbeOneAsync(EndpointName.Authorization, endpoints.AuthorizationEndpoint, kept?.AuthorizationEndpoint, product.DefaultFlow == SignInFlow.Browser ? signIn : Need.None),
            ProbeOneAsync(EndpointName.Token, endpoints.TokenEndpoint, kept?.TokenEndpoint, Need.Now),
            ProbeOneAsync(EndpointName.Revocation, endpoints.RevocationEndpoint, kept?.RevocationEndpoint, Need.None),
            ProbeOneAsync(EndpointName.UserInfo, endpoints.UserinfoEndpoint, kept?.UserinfoEndpoint, product.HasOrganizations ? Need.Now : Need.None),
            ProbeOneAsync(EndpointName.Keys, endpoints.JwksUri, kept?.JwksUri, product.IdentityIsInIdToken ? Need.Now : Need.None),
        };
        return await Task.WhenAll(probes);
    }

    private enum Need
    {
        None,
        AtNextSignIn,
        Now,
    }

    private Task<Check> ProbeOneAsync(string name, string? address, string? kept, Need need) => Timed.RunAsync(name, async stop =>
    {
        if (address is null)
        {
            const string Missing = "the server offers none";
            var hint = name == EndpointName.Token ? null : $"{product.LoginCommand} needs it, unless --flow names the other way";
            return need switch
            {
                Need.Now => Check.Failed(name, Missing, hint),
                Need.AtNextSignIn => Check.Warning(name, Missing, hint),
                _ => Check.Skipped(name, Missing),
            };
        }

        var uri = EndpointAddress.Of(address, name, "the server");
        if (reach.Lacked(uri)) return Check.Skipped(name, Reach.Not);
        var shown = uri.GetLeftPart(UriPartial.Path);
        try
        {
            await service.HeadAsync(uri, stop);
        }
        catch (ServiceUnreachableException problem) when (problem.Status is { } status)
        {
            return Check.Warning(name, $"{shown} answers {status} to a request that asks for nothing", "it may still answer what is asked of it");
        }
        catch (AuthException problem) when (problem is not ServiceUnreachableException)
        {
            // A redirect, a refusal, too many requests, a page without end: somebody is there.
            return Answers();
        }

        return Answers();

        Check Answers() => kept is null || kept == address
            ? Check.Ok(name, $"{shown} answers")
            : Check.Warning(name, $"{shown} answers, but the credential keeps another", $"run {product.LoginCommand}");
    }, cancellation);
}
