namespace Datagen.Auth;

/// <summary>How a profile signs in: what was named once, and is meant the next time too. No secret is among it.</summary>
internal sealed record SignInSettings
{
    public string? Issuer { get; init; }

    public string? ClientId { get; init; }

    public string? Scope { get; init; }

    public string? Parameters { get; init; }

    public string? RedirectUri { get; init; }

    public string? Api { get; init; }

    public string? Flow { get; init; }

    public string? Dpop { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsEmpty => this == new SignInSettings();

    /// <summary>These, and the others where these say nothing.</summary>
    public SignInSettings Over(SignInSettings others) => new()
    {
        Issuer = Issuer ?? others.Issuer,
        ClientId = ClientId ?? others.ClientId,
        Scope = Scope ?? others.Scope,
        Parameters = Parameters ?? others.Parameters,
        RedirectUri = RedirectUri ?? others.RedirectUri,
        Api = Api ?? others.Api,
        Flow = Flow ?? others.Flow,
        Dpop = Dpop ?? others.Dpop,
    };

    /// <summary>The same over what is remembered. What was meant for another server is not meant for this one.</summary>
    public SignInSettings OverRemembered(SignInSettings? remembered) =>
        remembered is null || (Issuer is not null && Issuer != remembered.Issuer) ? this : Over(remembered);
}
