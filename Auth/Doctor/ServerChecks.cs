using System.Net;
using System.Net.Sockets;
using Datagen.Auth;
using Datagen.Protocol;
using Datagen.Sessions;
using Datagen.Storage;

namespace Datagen.Doctor;

/// <summary>What the servers answer. The token goes to UserInfo of its own credential, once; no other is sent one, and none is refreshed.</summary>
internal sealed class ServerChecks(
    Product product, ServiceClient service, Func<string?> authorities, TimeProvider clock, CancellationToken cancellation)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ToleratedSkew = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan HarmfulSkew = TimeSpan.FromMinutes(5); // From there on ID tokens are refused.

    private readonly List<Check> _checks = [];

    public async Task<List<Check>> RunAsync(SessionOptions options, Credential? credential)
    {
        var asked = options.Token is null && credential?.Issuer is { } own ? own : options.Issuer;
        Uri issuer;
        try
        {
            issuer = EndpointAddress.Issuer(asked, asked == options.Issuer ? product.Variable("ISSUER") : $"the issuer in {CredentialsFile.FileName}");
        }
        catch (AuthException problem)
        {
            return [Check.Failed("discovery", problem.Message, problem.Hint)];
        }

        Proxy? proxy;
        try
        {
            proxy = FindProxy(issuer);
        }
        catch (AuthException problem)
        {
            string[] others = ["dns", "tls", "discovery", "clock", "userinfo"];
            return [Check.Failed("proxy", problem.Message, problem.Hint), .. others.Select(name => Check.Skipped(name, "it is not known through which proxy"))];
        }

        if (await CanBeResolvedAsync(issuer, proxy))
        {
            var server = await DiscoverAsync(issuer, asked == options.Issuer ? null : options.Issuer);
            if ((server?.Endpoints ?? credential?.Endpoints) is { } endpoints) await ProbeAsync(endpoints, credential?.Endpoints);
            await AskWhoAsync(options, credential, server);
        }
        else
        {
            string[] others = ["tls", "discovery", "clock", "userinfo"];
            _checks.AddRange(others.Select(name => Check.Skipped(name, "the server can't be found")));
        }

        return _checks;
    }

    private Proxy? FindProxy(Uri issuer)
    {
        var proxy = ProxySettings.OfTheEnvironment.For(issuer);
        _checks.Add(Check.Ok("proxy", proxy is null ? $"none for {issuer.Authority}" : $"{proxy} for {issuer.Authority}, by {proxy.Variable}"));
        return proxy;
    }

    private async Task<bool> CanBeResolvedAsync(Uri issuer, Proxy? proxy)
    {
        const string Name = "dns";
        var host = proxy?.Host ?? issuer.IdnHost;
        if (IPAddress.TryParse(host.Trim('[', ']'), out _))
        {
            _checks.Add(Check.Ok(Name, $"{host} is an address"));
            return true;
        }

        // Before a lookup that may go on in another thread: it changes the environment for a moment.
        service.Prepare(issuer);
        return await AddAsync(Name, async stop =>
        {
            try
            {
                var addresses = await HostNames.FindAsync(host, stop);
                return Check.Ok(Name, $"{host} is {string.Join(", ", addresses.Take(3).Select(address => address.ToString()))}");
            }
            catch (SocketException)
            {
                return Check.Failed(Name, $"{host} can't be resolved", "check the network, and the name in the issuer's address");
            }
        });
    }

    private async Task<DiscoveredServer?> DiscoverAsync(Uri issuer, string? next)
    {
        DiscoveredServer? server = null;
        ServiceUnreachableException? unreachable = null;
        var before = clock.GetUtcNow();
        await AddAsync("discovery", async stop =>
        {
            try
            {
                server = await Discovery.FindAsync(service, issuer, stop);
            }
            catch (ServiceUnreachableException problem)
            {
                unreachable = problem;
                throw;
            }

            return next is null
                ? Check.Ok("discovery", issuer.OriginalString)
                : Check.Warning(
                    "discovery",
                    $"{issuer.OriginalString}, where the credential came from",
                    $"{product.Variable("ISSUER")} names another, {next}, which counts at the next sign-in");
        });
        var after = clock.GetUtcNow();

        _checks.Insert(_checks.Count - 1, Tls(issuer, server is not null, unreachable));
        _checks.Add(server?.Date is { } date ? Clock(date, before, after) : Check.Skipped("clock", "no server has told its time"));
        return server;
    }

    private Check Tls(Uri issuer, bool answered, ServiceUnreachableException? unreachable)
    {
        const string Name = "tls";
        if (issuer.Scheme != Uri.UriSchemeHttps) return Check.Skipped(Name, "http, on this very machine");
        var source = authorities();
        var from = source is null ? "no bundle of certificate authorities" : $"certificate authorities from {source}";
        if (answered) return Check.Ok(Name, $"trusted, with {from}");
        return unreachable?.InnerException is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }
            ? Check.Failed(Name, $"no trusted connection, with {from}", unreachable.Hint)
            : Check.Skipped(Name, $"not tried to its end; {from}");
    }

    private static Check Clock(DateTimeOffset server, DateTimeOffset before, DateTimeOffset after)
    {
        // A server's seconds are whole, and it spoke at some moment between.
        var skew = before > server + TimeSpan.FromSeconds(1) ? before - server - TimeSpan.FromSeconds(1)
            : server > after ? after - server
            : TimeSpan.Zero;
        if (skew.Duration() <= ToleratedSkew) return Check.Ok("clock", "agrees with the server's");
        var message = $"{Math.Abs((long)skew.TotalSeconds)} seconds {(skew > TimeSpan.Zero ? "ahead of" : "behind")} the server's";
        const string Hint = "set this machine's clock, and keep it right with NTP";
        return skew.Duration() < HarmfulSkew ? Check.Warning("clock", message, Hint) : Check.Failed("clock", message, Hint);
    }

    private async Task ProbeAsync(Endpoints endpoints, Endpoints? kept)
    {
        var probes = new[]
        {
            ProbeOneAsync(EndpointName.DeviceAuthorization, endpoints.DeviceAuthorizationEndpoint, kept?.DeviceAuthorizationEndpoint, product.DefaultFlow == SignInFlow.Device),
            ProbeOneAsync(EndpointName.Authorization, endpoints.AuthorizationEndpoint, kept?.AuthorizationEndpoint, product.DefaultFlow == SignInFlow.Browser),
            ProbeOneAsync(EndpointName.Token, endpoints.TokenEndpoint, kept?.TokenEndpoint, true),
            ProbeOneAsync(EndpointName.Revocation, endpoints.RevocationEndpoint, kept?.RevocationEndpoint, false),
            ProbeOneAsync(EndpointName.UserInfo, endpoints.UserinfoEndpoint, kept?.UserinfoEndpoint, product.HasOrganizations),
            ProbeOneAsync(EndpointName.Keys, endpoints.JwksUri, kept?.JwksUri, product.IdentityIsInIdToken),
        };
        _checks.AddRange(await Task.WhenAll(probes));
    }

    private Task<Check> ProbeOneAsync(string name, string? address, string? kept, bool isNeeded) => WithinAsync(name, async stop =>
    {
        if (address is null)
            return isNeeded
                ? Check.Failed(name, "the server offers none", name == EndpointName.Token ? null : $"{product.LoginCommand} needs it, unless --flow names the other way")
                : Check.Skipped(name, "the server offers none");
        var uri = EndpointAddress.Of(address, name, "the server");
        try
        {
            await service.HeadAsync(uri, stop);
        }
        catch (AuthException problem) when (problem is not ServiceUnreachableException)
        {
            // A redirect, a refusal, a page without end: somebody is there.
            return Answers();
        }

        return Answers();

        Check Answers() => kept is null || kept == address
            ? Check.Ok(name, $"{uri.GetLeftPart(UriPartial.Path)} answers")
            : Check.Warning(name, $"{uri.GetLeftPart(UriPartial.Path)} answers, but the credential keeps another", $"run {product.LoginCommand}");
    });

    private async Task AskWhoAsync(SessionOptions options, Credential? credential, DiscoveredServer? server)
    {
        const string Name = "userinfo";
        var token = options.Token ?? credential?.AccessToken;
        // What was discovered is the credential's own only where the credential says whose it is.
        var endpoint = options.Token is null ? credential?.Endpoints?.UserinfoEndpoint : null;
        if (options.Token is not null || credential?.Issuer is not null) endpoint ??= server?.Endpoints.UserinfoEndpoint;
        if (token is null || !BearerToken.IsWellFormed(token)) _checks.Add(Check.Skipped(Name, "there is no token to ask with"));
        else if (options.Token is null && !credential!.OutlivesBy(TimeSpan.Zero, clock.GetUtcNow())) _checks.Add(Check.Skipped(Name, "the token has expired"));
        else if (endpoint is null) _checks.Add(Check.Skipped(Name, "the token's own server offers none, or is not known"));
        else
            await AddAsync(Name, async stop =>
            {
                Claims? claims;
                try
                {
                    claims = await UserInfo.GetAsync(
                        service, EndpointAddress.Of(endpoint, EndpointName.UserInfo, "the server"),
                        Authorize.For(new AccessToken(token, ExpiresAt: null, Organization: null)), ifForbidden: null, stop);
                }
                catch (AuthException problem) when (problem is not ServiceUnreachableException)
                {
                    // Its own words are not shown: who answers to a token may repeat anything.
                    return Check.Failed(Name, "the server does not say whose token it is", $"{product.Command("status")} shows what it answers");
                }

                if (claims is null)
                    return Check.Failed(
                        Name,
                        "the server refuses the token: it is expired or revoked",
                        options.Token is not null ? $"set {product.Variable("TOKEN")} to a valid token, or unset it"
                            : credential!.RefreshToken is null ? $"run {product.LoginCommand}"
                            : $"{product.Command("token", " --refresh")} gets another, else {product.LoginCommand}");
                var about = product.HasOrganizations ? $"{claims.Memberships?.Count ?? 0} organizations" : $"{claims.AllGroups().Count} groups";
                return Check.Ok(Name, $"the server knows whose token it is, and names {about}");
            });
    }

    private async Task<bool> AddAsync(string name, Func<CancellationToken, Task<Check>> find)
    {
        var check = await WithinAsync(name, find);
        _checks.Add(check);
        return check.Status != Check.Wrong;
    }

    private async Task<Check> WithinAsync(string name, Func<CancellationToken, Task<Check>> find)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        bounded.CancelAfter(Patience);
        try
        {
            return await find(bounded.Token).WaitAsync(bounded.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Check.Failed(name, $"no answer within {Patience.TotalSeconds:0} seconds", "check the network, and the proxy if there is one");
        }
        catch (AuthException problem)
        {
            return Check.Failed(name, problem.Message, problem.Hint);
        }
    }
}
