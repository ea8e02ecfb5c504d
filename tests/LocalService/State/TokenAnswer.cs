namespace LocalService.State;

/// <summary>What the store says to a grant: tokens, or a refusal that has been committed as much as tokens would be.</summary>
public abstract record TokenAnswer
{
    private protected TokenAnswer()
    {
    }
}

public sealed record Granted(Family Family, string AccessToken, string? RefreshToken, string Scope, string? Nonce) : TokenAnswer
{
    /// <summary>The thumbprint of the key that the access token is bound to.</summary>
    public string? Jkt { get; init; }

    public bool IsRefresh { get; init; }
}

public sealed record Refused(string Error, string Description) : TokenAnswer;
