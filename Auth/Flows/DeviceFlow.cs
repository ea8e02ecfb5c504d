using Datagen.Auth.Protocol;

namespace Datagen.Auth.Flows;

/// <summary>The device authorization grant (RFC 8628): show a user code, then ask the token endpoint until the person has decided.</summary>
internal sealed class DeviceFlow(ServiceClient service, TimeProvider clock, SignInPrompts prompts)
{
    private static readonly TimeSpan SlowDownStep = TimeSpan.FromSeconds(5); // RFC 8628 section 3.5
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    public async Task<Grant> SignInAsync(
        Uri deviceAuthorizationEndpoint,
        Uri tokenEndpoint,
        OAuthClient client,
        string scope,
        IReadOnlyList<KeyValuePair<string, string>> extra,
        CancellationToken cancellation)
    {
        var authorization = await DeviceAuthorization
            .RequestAsync(service, deviceAuthorizationEndpoint, client, scope, extra, cancellation).ConfigureAwait(false);
        var start = clock.GetTimestamp();
        prompts.ShowUserCode?.Invoke(new UserCodePrompt(
            authorization.UserCode, authorization.VerificationUri, authorization.VerificationUriComplete, authorization.ExpiresIn));

        KeyValuePair<string, string>[] form =
        [
            new("grant_type", GrantType.DeviceCode),
            new("device_code", authorization.DeviceCode),
            .. client.Fields,
        ];
        var interval = authorization.Interval;
        var wait = interval;
        var slowDowns = 0;
        var wasKnown = false;
        while (true)
        {
            var isLast = wait >= TimeLeft();
            await WaitAsync(wait, TimeLeft, cancellation).ConfigureAwait(false);
            // By the monotonic clock alone: a wall clock that jumps ends nothing. After a laptop's sleep, which that clock
            // does not count, the next poll brings the server's own expired_token.
            if (isLast || TimeLeft() <= TimeSpan.Zero) throw Expired();

            TokenAnswer answer;
            try
            {
                answer = await TokenEndpoint.RequestAsync(service, tokenEndpoint, form, cancellation).ConfigureAwait(false);
            }
            catch (ServiceUnreachableException problem)
            {
                wait = BackOff(wait, interval, problem.RetryAfter);
                continue;
            }
            catch (TooManyRequestsException problem) when (problem.Error?.Code != ErrorCode.SlowDown)
            {
                wait = BackOff(wait, interval, problem.RetryAfter);
                continue;
            }
            catch (TooManyRequestsException problem)
            {
                SlowDown(problem.Error?.Interval);
                wait = Longer(wait, problem.RetryAfter ?? TimeSpan.Zero);
                continue;
            }

            if (answer.Token is { } token) return new Grant(token, Nonce: null, Browser: null);
            switch (answer.Error!.Code)
            {
                case ErrorCode.AuthorizationPending:
                    wasKnown = true;
                    break;
                case ErrorCode.SlowDown:
                    SlowDown(answer.Error.Interval);
                    continue;
                case ErrorCode.AccessDenied or ErrorCode.AuthorizationDeclined:
                    throw new SignInFailedException("the sign-in was denied in the browser");
                case ErrorCode.ExpiredToken:
                case ErrorCode.InvalidGrant when wasKnown: // Some servers have forgotten a code once it expired.
                    throw Expired();
                default:
                    throw TokenEndpoint.Refusal(tokenEndpoint, "the sign-in", answer.Error);
            }

            wait = interval * Padding(slowDowns);
        }

        void SlowDown(TimeSpan? named)
        {
            wasKnown = true;
            slowDowns++;
            interval = Longer(interval + SlowDownStep, named ?? TimeSpan.Zero);
            wait = interval * Padding(slowDowns);
            if (slowDowns == 2)
                prompts.Note?.Invoke(
                    "the server keeps asking to slow down; this machine's clock may run fast, as it can in virtual machines: asking less often");
        }

        TimeSpan TimeLeft() => authorization.ExpiresIn - clock.GetElapsedTime(start);
    }

    // A clock that runs fast ends each wait too soon by the server's clock, however long the interval grows by fixed steps.
    private static double Padding(int slowDowns) => slowDowns switch { < 2 => 1.0, 2 => 1.2, _ => 1.4 };

    // RFC 8628 section 3.5: after a time-out, back off exponentially; a server that names a time knows better.
    private static TimeSpan BackOff(TimeSpan wait, TimeSpan interval, TimeSpan? retryAfter) =>
        retryAfter is { } asked
            ? Longer(asked, interval)
            : Shorter(2 * wait, Longer(LongestBackOff, 2 * interval));

    private static SignInFailedException Expired() =>
        new("nobody approved the sign-in before its code expired", "run the command again for a new code");

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
