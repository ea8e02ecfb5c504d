using Datagen.Auth;
using Datagen.Flows;
using Datagen.Protocol;
using Datagen.Storage;

namespace Datagen.Sessions;

/// <summary>The device flow (RFC 8628) begun by one process and completed by another: what is needed lies in login.json between them.</summary>
internal sealed class TwoStepSignIn(
    Product product, SessionOptions options, SessionFiles files, ServiceClient service, TimeProvider clock, Action<string> warn)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    private readonly NewCredential _credential = new(product, files, service, clock, warn);

    public async Task<StartedSignIn> StartAsync(CancellationToken cancellation)
    {
        var extra = ExtraParameters.Parse(options.Parameters, product.Variable("PARAMETERS"));
        var origin = Origin.Of(options);
        origin.RequireUsableApi(product);
        files.Credentials.RequireWritable();
        using var turn = TakeTurn();
        var server = await origin.DiscoverAsync(service, product, product.LoginHint, cancellation).ConfigureAwait(false);
        origin = origin with { Endpoints = server.Endpoints };
        _ = origin.TokenEndpoint;
        server.RequireSignIn(origin, product, SignInFlow.Device);
        var key = await files.Keys.ChooseAsync(server.ProofAlgorithms, options.Issuer, cancellation).ConfigureAwait(false);
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
            DpopKey = key?.Where,
            DpopJkt = key?.Proofs.Thumbprint,
            DpopAlg = key?.Proofs.Algorithm,
            Settings = options.ToRemember,
        };
        files.Pending.Write(pending);
        return new StartedSignIn(
            authorization.UserCode, authorization.VerificationUri, authorization.VerificationUriComplete, pending.ExpiresAt, authorization.Interval);
    }

    /// <summary>Completes it at the server where it was begun, whatever the environment says now.</summary>
    public async Task<Credential> FinishAsync(TimeSpan wait, CancellationToken cancellation)
    {
        files.Credentials.RequireWritable();
        using var turn = TakeTurn();
        var pending = files.Pending.Read()
            ?? throw new AuthException("no sign-in has been started here", $"{product.LoginCommand} --start starts one");
        var origin = Origin.Of(pending);
        // The device code is bound to no key, so a key in a file is chosen when it is needed.
        var key = pending.DpopKey is null ? null
            : await files.Keys.ResumeAsync(pending.DpopKey, pending.DpopJkt, pending.DpopAlg, cancellation).ConfigureAwait(false);
        using var grant = await _credential
            .UsableAsync(origin, stop => PollAsync(pending, origin, key, wait, stop), cancellation).ConfigureAwait(false);
        files.Pending.Delete(); // The device code is spent, whatever comes now.
        return await _credential.StoreAsync(origin, grant, key, pending.Settings, cancellation).ConfigureAwait(false);
    }

    private async Task<TokenGrant> PollAsync(PendingSignIn pending, Origin origin, ChosenKey? key, TimeSpan wait, CancellationToken cancellation)
    {
        var tokenEndpoint = origin.TokenEndpoint;
        var now = clock.GetUtcNow();
        var first = pending.NextPollAt - now;
        // The file may hold any number.
        var interval = TimeSpan.FromSeconds(Math.Clamp(double.IsFinite(pending.Interval) ? pending.Interval : 0, 1, LongestPause.TotalSeconds));
        var pace = new PollingPace(interval, first < TimeSpan.Zero ? TimeSpan.Zero : first < LongestPause ? first : LongestPause)
        {
            SlowDowns = pending.SlowDowns,
            AnswerLost = pending.AnswerLost,
            Patience = wait,
            Kept = Keep,
        };
        try
        {
            return await new DeviceFlow(key is null ? service : service.BoundTo(key.Proofs), clock, new SignInPrompts())
                .PollAsync(tokenEndpoint, origin.Client, pending.DeviceCode, pending.ExpiresAt - now, pace, cancellation).ConfigureAwait(false);
        }
        catch (StillPendingException)
        {
            throw new SignInFailedException(
                "nobody has approved the sign-in yet",
                $"run {product.LoginCommand} --finish again; the code {pending.UserCode} is good until {UtcSeconds.Format(pending.ExpiresAt)}")
            { Reason = ErrorCode.AuthorizationPending };
        }
        catch (SignInFailedException over)
        {
            files.Pending.Delete();
            throw new SignInFailedException(over.Message, StartsAnother) { Reason = over.Reason };
        }
        catch (AuthException lost) when (lost.Reason == ErrorCode.AnswerLost)
        {
            files.Pending.Delete();
            throw new AuthException(lost.Message, StartsAnother) { Reason = lost.Reason };
        }

        void Keep(PollingPace kept) => files.Pending.Write(pending with
        {
            Interval = kept.Interval.TotalSeconds,
            SlowDowns = kept.SlowDowns,
            AnswerLost = kept.AnswerLost,
            NextPollAt = Later(clock.GetUtcNow(), kept.Wait),
        });
    }

    // The file holds whole seconds, and a poll must not come too early by a part of one.
    private static DateTimeOffset Later(DateTimeOffset now, TimeSpan wait) => now + wait + TimeSpan.FromMilliseconds(999);

    private string StartsAnother => $"{product.LoginCommand} --start starts another one";

    private IDisposable TakeTurn() =>
        files.Pending.TakeTurn() ?? throw new AuthException("another process is about to complete the sign-in that was started here");
}
