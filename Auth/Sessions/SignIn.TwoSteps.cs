using Datagen.Auth;
using Datagen.Flows;
using Datagen.Protocol;
using Datagen.Storage;

namespace Datagen.Sessions;

/// <content>The device flow in two steps.</content>
internal sealed partial class SignIn
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    public async Task<StartedSignIn> StartAsync(PendingSignInFile pendingFile, CancellationToken cancellation)
    {
        var client = new OAuthClient(options.ClientId, options.ClientSecret);
        var extra = ExtraParameters.Parse(options.Parameters, product.Variable("PARAMETERS"));
        RequireApi();
        file.RequireWritable();
        using var turn = TakeTurn(pendingFile);
        var server = await DiscoverAsync(cancellation).ConfigureAwait(false);
        _ = EndpointAddress.Of(server.Endpoints.TokenEndpoint, "token_endpoint", options.Issuer);
        var authorization = await DeviceAuthorization.RequestAsync(
            service,
            EndpointAddress.Of(server.Endpoints.DeviceAuthorizationEndpoint, "device_authorization_endpoint", options.Issuer),
            client, options.Scope, extra, cancellation).ConfigureAwait(false);
        var now = clock.GetUtcNow();
        var pending = new PendingSignIn
        {
            DeviceCode = authorization.DeviceCode,
            UserCode = authorization.UserCode,
            ExpiresAt = now + authorization.ExpiresIn,
            Interval = authorization.Interval.TotalSeconds,
            NextPollAt = Later(now, authorization.Interval),
            Issuer = options.Issuer,
            ClientId = options.ClientId,
            ClientSecret = options.ClientSecret,
            Api = options.Api,
            Endpoints = server.Endpoints,
        };
        pendingFile.Write(pending);
        return new StartedSignIn(
            authorization.UserCode, authorization.VerificationUri, authorization.VerificationUriComplete, pending.ExpiresAt, authorization.Interval);
    }

    /// <summary>Where it was begun is where it is completed, whatever the environment says now.</summary>
    public async Task<Credential> FinishAsync(PendingSignInFile pendingFile, TimeSpan wait, CancellationToken cancellation)
    {
        file.RequireWritable();
        using var turn = TakeTurn(pendingFile);
        var pending = pendingFile.Read()
            ?? throw new AuthException("no sign-in has been started here", $"{product.LoginCommand} --start starts one");
        var tokenEndpoint = EndpointAddress.Of(pending.Endpoints.TokenEndpoint, "token_endpoint", pending.Issuer);
        var now = clock.GetUtcNow();
        var first = pending.NextPollAt - now;
        var pace = new PollingPace(TimeSpan.FromSeconds(pending.Interval), first < TimeSpan.Zero ? TimeSpan.Zero : first < LongestPause ? first : LongestPause)
        {
            SlowDowns = pending.SlowDowns,
            WasKnown = pending.WasKnown,
            Patience = wait,
            Kept = Keep,
        };
        Grant grant;
        try
        {
            grant = await new DeviceFlow(service, clock, new SignInPrompts()).PollAsync(
                tokenEndpoint, new OAuthClient(pending.ClientId, pending.ClientSecret), pending.DeviceCode, pending.ExpiresAt - now, pace, cancellation)
                .ConfigureAwait(false);
        }
        catch (StillPendingException)
        {
            throw new SignInFailedException(
                "nobody has approved the sign-in yet",
                $"run {product.LoginCommand} --finish again; the code {pending.UserCode} is good until {UtcSeconds.Format(pending.ExpiresAt)}");
        }
        catch (SignInFailedException over)
        {
            pendingFile.Delete();
            throw new SignInFailedException(over.Message, $"{product.LoginCommand} --start starts another one");
        }

        // The device code is spent, whatever comes now.
        pendingFile.Delete();
        using (grant)
        {
            var origin = new SignIn(
                product,
                options with { Issuer = pending.Issuer, ClientId = pending.ClientId, ClientSecret = pending.ClientSecret, Api = pending.Api },
                file, service, clock);
            var claims = await origin.ClaimsAsync(pending.Endpoints, grant, cancellation).ConfigureAwait(false);
            return await origin.StoreAsync(grant.Token, pending.Endpoints, claims, cancellation).ConfigureAwait(false);
        }

        void Keep(PollingPace pace) => pendingFile.Write(pending with
        {
            Interval = pace.Interval.TotalSeconds,
            SlowDowns = pace.SlowDowns,
            WasKnown = pace.WasKnown,
            NextPollAt = Later(clock.GetUtcNow(), pace.Wait),
        });
    }

    // The file holds whole seconds, and a poll must not come too early by a part of one.
    private static DateTimeOffset Later(DateTimeOffset now, TimeSpan wait) => now + wait + TimeSpan.FromMilliseconds(999);

    private static IDisposable TakeTurn(PendingSignInFile pendingFile) =>
        pendingFile.TakeTurn() ?? throw new AuthException("another process is about to complete the sign-in that was started here");
}
