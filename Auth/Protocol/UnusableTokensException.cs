using Datagen.Auth;

namespace Datagen.Protocol;

/// <summary>Tokens were issued with an answer that can't be used; whoever asked should revoke them.</summary>
internal sealed class UnusableTokensException(string message, TokenResponse tokens) : AuthException(message)
{
    public TokenResponse Tokens => tokens;
}
