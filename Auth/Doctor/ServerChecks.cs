using System.Net;
using System.Net.Sockets;
using Datagen.Auth;
using Datagen.Host;
using Datagen.Protocol;
using Datagen.Sessions;
using Datagen.Storage;

namespace Datagen.Doctor;

/// <summary>What the servers answer. The token goes to UserInfo of its own credential, once; no other is sent one, and none is refreshed.</summary>
internal sealed class ServerChecks(
    Product product, ServiceClient service, Surroundings surroundings, TimeProvider clock, CancellationToken cancellation)
{
    private static readonly TimeSpan ToleratedSkew = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan HarmfulSkew = TimeSpan.FromMinutes(5); // From there on ID tokens are refused.

    private readonly List<Check> _checks = [];
    private readonly Reach _reach = new();

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
            return [Check.Failed("proxy", problem.Message, problem.Hint), .. others.Select(name => Check.Skipped(name, Reach.Not))];
        }

        if (!await CanBeResolvedAsync(issuer, proxy))
        {
            string[] others = ["tls", "discovery", "clock", "userinfo"];
            _checks.AddRange(others.Select(name => Check.Skipped(name, Reach.Not)));
            return _checks;
        }

        var server = await DiscoverAsync(issuer, asked == options.Issuer ? null : options.Issuer);
        if ((server?.Endpoints ?? credential?.Endpoints) is { } endpoints) _checks.AddRange(await new EndpointChecks(product, service, _reach, cancellation).RunAsync(endpoints, credential));
        await AskWhoAsync(options, credential, server);
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
        const string Name = "discovery";
        DiscoveredServer? server = null;
        ServiceUnreachableException? unreachable = null;
        var before = clock.GetUtcNow();
        var discovery = await Timed.RunAsync(Name, async stop =>
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
                ? Check.Ok(Name, issuer.OriginalString)
                : Check.Warning(
                    Name,
                    $"{issuer.OriginalString}, where the credential came from",
                    $"{product.Variable("ISSUER")} names another, {next}, which counts at the next sign-in");
        }, cancellation);
        var after = clock.GetUtcNow();

        if (unreachable is { Status: null })
        {
            _reach.Lacks(issuer);
            discovery = Blame(unreachable, discovery, issuer);
        }

        _checks.Add(Tls(issuer, server is not null, unreachable));
        _checks.Add(discovery);
        _checks.Add(server?.Date is { } date ? Clock(date, before, after) : Check.Skipped("clock", unreachable is { Status: null } ? Reach.Not : "no server has told its time"));
        return server;
    }

    /// <summary>The row of discovery where nothing answered: the failure itself, unless it is the proxy's or the certificate's, which have rows of their own.</summary>
    private Check Blame(ServiceUnreachableException unreachable, Check discovery, Uri issuer)
    {
        if (unreachable.InnerException?.InnerException is ProxyException proxy)
        {
            _reach.LacksAll();
            _checks[_checks.FindIndex(check => check.Name == "proxy")] = Check.Failed("proxy", proxy.Why, proxy.Hint ?? "see that it runs, or unset the variable that names it");
            return Check.Skipped(discovery.Name, Reach.Not);
        }

        return IsCertificates(unreachable) ? Check.Skipped(discovery.Name, Reach.Not)
            : discovery with { Hint = discovery.Hint ?? $"see that the server runs and that this machine may reach it; curl -v {issuer.GetLeftPart(UriPartial.Authority)} tells more" };
    }

    private static bool IsCertificates(ServiceUnreachableException? unreachable) =>
        unreachable?.InnerException is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError };

    private Check Tls(Uri issuer, bool answered, ServiceUnreachableException? unreachable)
    {
        const string Name = "tls", Variable = "SSL_CERT_FILE";
        var missing = MissingBundle(surroundings.Environment(Variable)) is { } why ? $"; {Variable} names {surroundings.Environment(Variable)}: {why}" : null;
        if (issuer.Scheme != Uri.UriSchemeHttps)
            return missing is null
                ? Check.Skipped(Name, "http, on this very machine")
                : Check.Failed(Name, missing[2..], $"set {Variable} to a file of certificates, or unset it");
        var source = surroundings.Authorities();
        var from = (source is null ? "no bundle of certificate authorities" : $"certificate authorities from {source}") + missing;
        if (answered)
            return missing is null
                ? Check.Ok(Name, $"trusted, with {from}")
                : Check.Failed(Name, $"trusted, with {from}", $"set {Variable} to a file of certificates, or unset it");
        return missing is not null ? Check.Failed(Name, $"no trusted connection, with {from}", $"set {Variable} to a file of certificates, or unset it")
            : IsCertificates(unreachable) ? Check.Failed(Name, $"no trusted connection, with {from}", unreachable!.Hint)
            : Check.Skipped(Name, $"{Reach.Not}; {from}");
    }

    /// <summary>Why a bundle that was named is none; null where it may be one.</summary>
    private static string? MissingBundle(string? path)
    {
        if (string.IsNullOrEmpty(path)) return null;
        try
        {
            using var handle = FileCalls.OpenToRead(path);
            return handle is null ? "there is no such file" : FileFacts.Of(handle, path).IsRegular ? null : "it is not a file";
        }
        catch (SystemCallException problem)
        {
            return SystemCallException.ReasonOf(problem);
        }
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
        else if (EndpointAddress.Web(endpoint) is { } address && _reach.Lacked(address)) _checks.Add(Check.Skipped(Name, Reach.Not));
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
                catch (AuthException problem) when (problem is not (ServiceUnreachableException or TooManyRequestsException))
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
        var check = await Timed.RunAsync(name, find, cancellation);
        _checks.Add(check);
        return check.Status != Check.Wrong;
    }
}
