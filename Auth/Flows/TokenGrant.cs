using Datagen.Protocol;

namespace Datagen.Flows;

/// <summary>Tokens, and what is still open with them.</summary>
/// <param name="Token">The token endpoint's answer.</param>
/// <param name="Nonce">What the ID token must hold, if the request sent one.</param>
/// <param name="Browser">The browser that waits to be told whether it worked.</param>
internal sealed record TokenGrant(TokenResponse Token, string? Nonce, LoopbackRequest? Browser) : IDisposable
{
    public Task TellBrowserAsync(AnswerPage page) => Browser?.AnswerAsync(page) ?? Task.CompletedTask;

    public void Dispose() => Browser?.Dispose();

    public override string ToString() => nameof(TokenGrant);
}
