using Datagen.Auth;
using Datagen.Protocol;

namespace Datagen.Flows;

/// <summary>Authorization code with PKCE on a loopback redirect (RFC 8252): show an address, wait for the browser to come back.</summary>
/// <remarks>A person whose browser is on another machine may also paste the address it was sent to, or the code alone.</remarks>
internal sealed class BrowserFlow(ServiceClient service, TimeProvider clock, SignInPrompts prompts, string productTitle)
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    public async Task<TokenGrant> SignInAsync(
        LoopbackListener listener, AuthorizationRequest request, Uri tokenEndpoint, CancellationToken cancellation)
    {
        service.Secrets.Keep(request.Secrets);
        prompts.ShowAddress?.Invoke(request.Address());

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var exchange = new SemaphoreSlim(1);
        var spent = new HashSet<string>();
        var won = false;
        var ways = new List<Task<TokenGrant>> { ReceiveAsync(), CountDownAsync() };
        if (prompts.ReadPasted is not null) ways.Add(ReadPastedAsync(prompts.ReadPasted));
        try
        {
            return await (await Task.WhenAny(ways).ConfigureAwait(false)).ConfigureAwait(false);
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(ways)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task<TokenGrant> ReceiveAsync()
        {
            while (true)
            {
                var browser = await listener.NextAsync(over.Token).ConfigureAwait(false);
                if (request.Match(browser.Query) is not { } response)
                {
                    using (browser) await browser.AnswerNotFoundAsync(over.Token).ConfigureAwait(false);
                    continue;
                }

                try
                {
                    var answer = await ExchangeAsync(response).ConfigureAwait(false);
                    return answer.Token is { } token
                        ? new TokenGrant(token, request.Nonce, browser)
                        : throw TokenEndpoint.SignInRefusal(tokenEndpoint, answer.Error!);
                }
                catch (Exception failure) when (failure is AuthException or OperationCanceledException)
                {
                    var page = failure is AuthException ? AnswerPage.NotSignedIn(productTitle, failure.Message) : AnswerPage.Elsewhere(productTitle);
                    using (browser) await browser.AnswerAsync(page).ConfigureAwait(false);
                    throw;
                }
            }
        }

        async Task<TokenGrant> ReadPastedAsync(Func<CancellationToken, Task<string?>> read)
        {
            while (await read(over.Token).WaitAsync(over.Token).ConfigureAwait(false) is { } line)
            {
                var pasted = line.Trim();
                if (pasted.Length == 0) continue;
                if (request.MatchPasted(pasted) is not { } response)
                {
                    prompts.Note?.Invoke("that address does not belong to this sign-in; paste the one your browser was sent to at the end");
                    continue;
                }

                var answer = await ExchangeAsync(response).ConfigureAwait(false);
                if (answer.Token is { } token) return new TokenGrant(token, request.Nonce, null);
                if (answer.Error!.Code != ErrorCode.InvalidGrant) throw TokenEndpoint.SignInRefusal(tokenEndpoint, answer.Error);
                prompts.Note?.Invoke($"the server does not accept that code: {answer.Error}");
            }

            // No more input; the browser can still come back.
            await Task.Delay(Timeout.InfiniteTimeSpan, over.Token).ConfigureAwait(false);
            throw new InvalidOperationException();
        }

        async Task<TokenAnswer> ExchangeAsync(AuthorizationResponse response)
        {
            if (response.Error is { } told)
            {
                var error = told with { Code = service.Secrets.Redact(told.Code), Description = service.Secrets.Redact(told.Description) };
                throw error.Code == ErrorCode.AccessDenied
                    ? new SignInFailedException("the sign-in was denied in the browser") { Reason = ErrorCode.AccessDenied }
                    : TokenEndpoint.SignInRefusal(tokenEndpoint, error);
            }

            // One at a time, and each code once: a second use ends the session that the first one gave (RFC 6749 section 4.1.2).
            await exchange.WaitAsync(over.Token).ConfigureAwait(false);
            try
            {
                // The same code by another way, after it has won: wait until the sign-in is over.
                if (won) await Task.Delay(Timeout.InfiniteTimeSpan, over.Token).ConfigureAwait(false);
                if (!spent.Add(response.Code!)) return new TokenAnswer(null, new OAuthError(ErrorCode.InvalidGrant, "it was used already"));
                var answer = await TokenEndpoint.RequestAsync(service, tokenEndpoint, request.TokenRequest(response.Code!), over.Token)
                    .ConfigureAwait(false);
                won = answer.Token is not null;
                return answer;
            }
            finally
            {
                exchange.Release();
            }
        }

        async Task<TokenGrant> CountDownAsync()
        {
            var start = clock.GetTimestamp();
            while (Patience - clock.GetElapsedTime(start) is { Ticks: > 0 } left)
            {
                prompts.Waiting?.Invoke(left);
                await Task.Delay(prompts.Waiting is null || left < Tick ? left : Tick, clock, over.Token).ConfigureAwait(false);
            }

            throw new SignInFailedException(
                $"nobody signed in within {Patience.TotalMinutes:0} minutes", "run the command again for a new address");
        }
    }
}
