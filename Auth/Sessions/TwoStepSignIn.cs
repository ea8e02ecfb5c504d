using Datagen.Auth;
using Datagen.Flows;
using Datagen.Protocol;
using Datagen.Storage;

namespace Datagen.Sessions;

/// <summary>The device flow (RFC 8628) begun by one process and completed by another: what is needed lies in login.json between them.</summary>
internal sealed class TwoStepSignIn(
    Product product, SessionOptions options, CredentialsFile file, PendingSignInFile pendingFile, ServiceClient service, TimeProvider clock)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    private readonly NewCredential _credential = new(product, file, service, clock);

    public async Task<StartedSignIn> StartAsync(CancellationToken cancellation)
    {
        var extra = ExtraParameters.Parse(options.Parameters, product.Variable("PARAMETERS"));
        var origin = Origin.Of(options);
        origin.RequireUsableApi(product);
        file.RequireWritable();
        using var turn = TakeTurn();
        origin = await origin.WithEndpointsAsync(service, product, product.LoginHint, cancellation).ConfigureAwait(false);
        _ = origin.TokenEndpoint;
        var authorization = await DeviceAuthorization.RequestAsync(
            service, origin.DeviceAuthorizationEndpoint, origin.Client, options.Scope, extra, cancellation).ConfigureAwait(false);
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
            Endpoints = origin.Endpoints!,
        };
        pendingFile.Write(pending);
        return new StartedSignIn(
            authorization.UserCode, authorization.VerificationUri, authorization.VerificationUriComplete, pending.ExpiresAt, authorization.Interval);
    }

    /// <summary>Completes it at the server where it was begun, whatever the environment says now.</summary>
    public async Task<Credential> FinishAsync(TimeSpan wait, CancellationToken cancellation)
    {
        file.RequireWritable();
        using var turn = TakeTurn();
        var pending = pendingFile.Read()
            ?? throw new AuthException("no sign-in has been started here", $"{product.LoginCommand} --start starts one");
        var origin = Origin.Of(pending);
        using var grant = await PollAsync(pending, origin, wait, cancellation).ConfigureAwait(false);
        pendingFile.Delete(); // The device code is spent, whatever comes now.
        var claims = await _credential.FindClaimsAsync(origin, grant, cancellation).ConfigureAwait(false);
        return await _credential.StoreAsync(origin, grant.Token, claims, cancellation).ConfigureAwait(false);
    }

    private async Task<TokenGrant> PollAsync(PendingSignIn pending, Origin origin, TimeSpan wait, CancellationToken cancellation)
    {
        var tokenEndpoint = origin.TokenEndpoint;
        var now = clock.GetUtcNow();
        var first = pending.NextPollAt - now;
        var pace = new PollingPace(TimeSpan.FromSeconds(pending.Interval), first < TimeSpan.Zero ? TimeSpan.Zero : first < LongestPause ? first : LongestPause)
        {
            SlowDowns = pending.SlowDowns,
            WasKnown = pending.WasKnown,
            Patience = wait,
            Kept = Keep,
        };
        try
        {
            return await new DeviceFlow(service, clock, new SignInPrompts())
                .PollAsync(tokenEndpoint, origin.Client, pending.DeviceCode, pending.ExpiresAt - now, pace, cancellation).ConfigureAwait(false);
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

        void Keep(PollingPace kept) => pendingFile.Write(pending with
        {
            Interval = kept.Interval.TotalSeconds,
            SlowDowns = kept.SlowDowns,
            WasKnown = kept.WasKnown,
            NextPollAt = Later(clock.GetUtcNow(), kept.Wait),
        });
    }

    // The file holds whole seconds, and a poll must not come too early by a part of one.
    private static DateTimeOffset Later(DateTimeOffset now, TimeSpan wait) => now + wait + TimeSpan.FromMilliseconds(999);

    private IDisposable TakeTurn() =>
        pendingFile.TakeTurn() ?? throw new AuthException("another process is about to complete the sign-in that was started here");
}
