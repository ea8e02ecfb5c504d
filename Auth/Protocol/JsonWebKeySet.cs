using System.Text.Json;

namespace Datagen.Protocol;

/// <summary>RFC 7517 section 5.</summary>
internal sealed record JsonWebKeySet
{
    // One by one, as a key of a kind that is not known here does not spoil the others.
    public IReadOnlyList<JsonElement>? Keys { get; init; }
}

/// <summary>RFC 7517 section 4, RFC 7518 section 6: the public half of an RSA or elliptic curve key.</summary>
internal sealed record JsonWebKey
{
    public string? Kty { get; init; }

    public string? Use { get; init; }

    public string? Alg { get; init; }

    public string? Kid { get; init; }

    public string? N { get; init; }

    public string? E { get; init; }

    public string? Crv { get; init; }

    public string? X { get; init; }

    public string? Y { get; init; }
}
