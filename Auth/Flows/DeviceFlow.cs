using Datagen.Auth;
using Datagen.Protocol;

namespace Datagen.Flows;

/// <summary>The device authorization grant (RFC 8628): show a user code, then ask the token endpoint until the person has decided.</summary>
internal sealed class DeviceFlow(ServiceClient service, TimeProvider clock, SignInPrompts prompts)
{
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    public async Task<TokenGrant> SignInAsync(
        Uri deviceAuthorizationEndpoint,
        Uri tokenEndpoint,
        OAuthClient client,
        string scope,
        IReadOnlyList<KeyValuePair<string, string>> extra,
        CancellationToken cancellation)
    {
        var authorization = await DeviceAuthorization
            .RequestAsync(service, deviceAuthorizationEndpoint, client, scope, extra, cancellation).ConfigureAwait(false);
        prompts.ShowUserCode?.Invoke(new UserCodePrompt(
            authorization.UserCode, authorization.VerificationUri, authorization.VerificationUriComplete, authorization.ExpiresIn));
        return await PollAsync(
            tokenEndpoint, client, authorization.DeviceCode, authorization.ExpiresIn, new PollingPace(authorization.Interval, authorization.Interval), cancellation)
            .ConfigureAwait(false);
    }

    /// <exception cref="StillPendingException">The pace's patience is over, and nobody has decided.</exception>
    public async Task<TokenGrant> PollAsync(
        Uri tokenEndpoint, OAuthClient client, string deviceCode, TimeSpan expiresIn, PollingPace pace, CancellationToken cancellation)
    {
        var start = clock.GetTimestamp();
        KeyValuePair<string, string>[] form =
        [
            new("grant_type", GrantType.DeviceCode),
            new("device_code", deviceCode),
            .. client.Fields,
        ];
        while (true)
        {
            var isLast = pace.Wait >= TimeLeft();
            await WaitAsync(pace.Wait, TimeLeft, cancellation).ConfigureAwait(false);
            // By the monotonic clock alone: a wall clock that jumps ends nothing. After a laptop's sleep, which that clock
            // does not count, the next poll brings the server's own expired_token.
            if (isLast || TimeLeft() <= TimeSpan.Zero) throw Expired();

            var waited = Longer(pace.Wait, pace.Interval);
            var wasLost = pace.AnswerLost;
            pace.Wait = pace.PaddedInterval;
            // Kept before it is asked: a process that ends meanwhile has polled, and loses the answer.
            pace.AnswerLost = true;
            pace.Kept?.Invoke(pace);
            AuthException undecided = new StillPendingException();
            try
            {
                var answer = await TokenEndpoint.RequestAsync(service, tokenEndpoint, form, cancellation).ConfigureAwait(false);
                pace.AnswerLost = wasLost;
                if (answer.Token is { } token) return new TokenGrant(token, Nonce: null, Browser: null);
                Obey(answer.Error!, wasLost);
            }
            catch (ServiceUnreachableException problem)
            {
                undecided = problem;
                pace.AnswerLost = wasLost || problem.MayHaveBeenDone;
                pace.Wait = BackOff(waited, pace.Interval, problem.RetryAfter);
            }
            catch (TooManyRequestsException problem)
            {
                pace.AnswerLost = wasLost;
                undecided = problem;
                if (problem.Error?.Code == ErrorCode.SlowDown)
                {
                    SlowDown(problem.Error.Interval);
                    pace.Wait = Longer(pace.Wait, problem.RetryAfter ?? TimeSpan.Zero);
                }
                else
                {
                    pace.Wait = BackOff(waited, pace.Interval, problem.RetryAfter);
                }
            }

            if (pace.Patience is not { } patience) continue;
            pace.Kept?.Invoke(pace);
            if (clock.GetElapsedTime(start) + pace.Wait > patience) throw undecided;
        }

        // RFC 8628 section 3.5.
        void Obey(OAuthError error, bool answerLost)
        {
            switch (error.Code)
            {
                case ErrorCode.AuthorizationPending:
                    return;
                case ErrorCode.SlowDown:
                    SlowDown(error.Interval);
                    return;
                case ErrorCode.AccessDenied or ErrorCode.AuthorizationDeclined:
                    throw new SignInFailedException("the sign-in was denied in the browser") { Reason = ErrorCode.AccessDenied };
                case ErrorCode.ExpiredToken:
                case ErrorCode.InvalidGrant when TimeLeft() <= pace.Interval: // Some servers have forgotten a code once it expired.
                    throw Expired();
                case ErrorCode.InvalidGrant when answerLost:
                    throw new AuthException(
                        "the code was used, but the server's answer to it was lost on the way",
                        "run the command again for a new code")
                    { Reason = ErrorCode.AnswerLost };
                default:
                    throw TokenEndpoint.SignInRefusal(tokenEndpoint, error);
            }
        }

        void SlowDown(TimeSpan? named)
        {
            pace.SlowDown(named);
            if (pace.SlowDowns == 2)
                prompts.Note?.Invoke(
                    "the server keeps asking to slow down; this machine's clock may run fast, as it can in virtual machines: asking less often");
        }

        TimeSpan TimeLeft() => expiresIn - clock.GetElapsedTime(start);
    }

    // RFC 8628 section 3.5: after a time-out, back off exponentially; a server that names a time knows better.
    private static TimeSpan BackOff(TimeSpan wait, TimeSpan interval, TimeSpan? retryAfter) =>
        retryAfter is { } asked
            ? Longer(asked, interval)
            : Shorter(2 * wait, Longer(LongestBackOff, 2 * interval));

    private static SignInFailedException Expired() =>
        new("nobody approved the sign-in before its code expired", "run the command again for a new code") { Reason = ErrorCode.ExpiredToken };

    private async Task WaitAsync(TimeSpan wait, Func<TimeSpan> left, CancellationToken cancellation)
    {
        wait = Shorter(Shorter(wait, left()), LongestWait);
        while (wait > TimeSpan.Zero)
        {
            prompts.Waiting?.Invoke(left());
            var step = prompts.Waiting is null ? wait : Shorter(wait, Tick);
            await Task.Delay(step, clock, cancellation).ConfigureAwait(false);
            wait -= step;
        }

        cancellation.ThrowIfCancellationRequested();
    }

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}

/// <summary>Nobody has decided yet.</summary>
internal sealed class StillPendingException() : AuthException("nobody has approved the sign-in yet");
