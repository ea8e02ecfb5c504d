using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Datagen.Auth;
using Datagen.Storage;

namespace Datagen.Protocol;

/// <summary>The grant types that this program uses.</summary>
internal static class GrantType
{
    public const string AuthorizationCode = "authorization_code"; // RFC 6749 section 4.1.3
    public const string DeviceCode = "urn:ietf:params:oauth:grant-type:device_code"; // RFC 8628 section 3.4
    public const string RefreshToken = "refresh_token"; // RFC 6749 section 6
    public const string ClientCredentials = "client_credentials"; // RFC 6749 section 4.4
    public const string TokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange"; // RFC 8693 section 2.1
    public const string JwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"; // RFC 7523 section 2.1
}

/// <summary>The kinds of tokens that requests name (RFC 8693 section 3, RFC 7523 section 2.2).</summary>
internal static class TokenType
{
    public const string Jwt = "urn:ietf:params:oauth:token-type:jwt";
    public const string AccessToken = "urn:ietf:params:oauth:token-type:access_token";
    public const string ClientAssertion = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
}

/// <summary>Error codes of RFC 6749 section 5.2, RFC 8628 section 3.5 and RFC 7009 section 2.2.1.</summary>
internal static class ErrorCode
{
    public const string AccessDenied = "access_denied";
    public const string AuthorizationDeclined = "authorization_declined"; // Entra ID's word for access_denied
    public const string AuthorizationPending = "authorization_pending";
    public const string ExpiredToken = "expired_token";
    public const string InvalidGrant = "invalid_grant";
    public const string InvalidToken = "invalid_token";
    public const string SlowDown = "slow_down";
    public const string UnsupportedTokenType = "unsupported_token_type";
}

/// <summary>RFC 8414 section 2, less what this program has no use for.</summary>
internal sealed record ServerMetadata
{
    public string? Issuer { get; init; }

    public string? AuthorizationEndpoint { get; init; }

    public string? DeviceAuthorizationEndpoint { get; init; }

    public string? TokenEndpoint { get; init; }

    public string? RevocationEndpoint { get; init; }

    public string? UserinfoEndpoint { get; init; }

    public string? JwksUri { get; init; }

    public bool AuthorizationResponseIssParameterSupported { get; init; } // RFC 9207 section 3
}

/// <summary>RFC 8628 section 3.2.</summary>
internal sealed record DeviceAuthorizationResponse
{
    public string? DeviceCode { get; init; }

    public string? UserCode { get; init; }

    public string? VerificationUri { get; init; }

    public string? VerificationUrl { get; init; } // an early draft's name for it, which Google still uses

    public string? VerificationUriComplete { get; init; }

    public Seconds? ExpiresIn { get; init; }

    public Seconds? Interval { get; init; }

    public override string ToString() => nameof(DeviceAuthorizationResponse);
}

/// <summary>RFC 6749 section 5.1.</summary>
internal sealed record TokenResponse
{
    public string? AccessToken { get; init; }

    public string? TokenType { get; init; }

    [JsonConverter(typeof(SecondsIfUnderstoodConverter))]
    public Seconds? ExpiresIn { get; init; }

    public string? RefreshToken { get; init; }

    public string? IdToken { get; init; }

    public override string ToString() => nameof(TokenResponse);
}

/// <summary>What GitHub Actions answers a job that asks for its ID token.</summary>
internal sealed record ActionsIdToken
{
    public string? Value { get; init; }

    public override string ToString() => nameof(ActionsIdToken);
}

/// <summary>RFC 6749 section 5.2; some servers say with <c>slow_down</c> which interval they mean.</summary>
internal sealed record ErrorResponse
{
    public string? Error { get; init; }

    public JsonElement ErrorDescription { get; init; } // for people: whatever it is, the code beside it counts

    [JsonConverter(typeof(SecondsIfUnderstoodConverter))]
    public Seconds? Interval { get; init; }
}

/// <summary>The claims this program reads, in UserInfo or an ID token (OpenID Connect Core section 5.1, and the platforms' own).</summary>
internal sealed record Claims
{
    public string? Sub { get; init; }

    public string? Email { get; init; }

    public IReadOnlyList<Membership>? Memberships { get; init; }

    public string? DefaultOrgSlug { get; init; }

    public IReadOnlyList<string>? Groups { get; init; }

    [JsonPropertyName("cognito:groups")]
    public IReadOnlyList<string>? CognitoGroups { get; init; }

    /// <summary>Reads the claims by hand: setting up the serializer would take longer than the request, and 100,000 roles are few different texts.</summary>
    public static Claims Parse(ReadOnlySpan<byte> utf8)
    {
        var json = new Utf8JsonReader(utf8);
        string? sub = null, email = null, defaultOrgSlug = null;
        List<Membership>? memberships = null;
        List<string>? groups = null, cognitoGroups = null;
        try
        {
            json.Read();
            JsonReading.Require(json.TokenType == JsonTokenType.StartObject);
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("sub"u8)) sub = json.ReadText();
                else if (json.ValueTextEquals("email"u8)) email = json.ReadText();
                else if (json.ValueTextEquals("default_org_slug"u8)) defaultOrgSlug = json.ReadText();
                else if (json.ValueTextEquals("memberships"u8)) memberships = ReadMemberships(ref json);
                else if (json.ValueTextEquals("groups"u8)) groups = json.ReadTexts();
                else if (json.ValueTextEquals("cognito:groups"u8)) cognitoGroups = json.ReadTexts();
                else
                {
                    json.Read();
                    json.Skip();
                }
            }

            json.Read(); // Throws at whatever follows the object.
        }
        catch (InvalidOperationException notText)
        {
            throw new JsonException("half a surrogate pair, or bytes that are not UTF-8", notText);
        }

        return new Claims
        {
            Sub = sub,
            Email = email,
            DefaultOrgSlug = defaultOrgSlug,
            Memberships = memberships,
            Groups = groups,
            CognitoGroups = cognitoGroups,
        };
    }

    private static List<Membership>? ReadMemberships(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null) return null;
        JsonReading.Require(json.TokenType == JsonTokenType.StartArray);
        var memberships = new List<Membership>();
        string? lastRole = null; // Mostly the next one's as well: then it is not made again.
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType == JsonTokenType.Null)
            {
                memberships.Add(null!);
                continue;
            }

            JsonReading.Require(json.TokenType == JsonTokenType.StartObject);
            string? slug = null, role = null;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("slug"u8))
                {
                    slug = json.ReadText();
                }
                else if (json.ValueTextEquals("role"u8))
                {
                    json.Read();
                    JsonReading.Require(json.TokenType is JsonTokenType.String or JsonTokenType.Null);
                    role = json.TokenType == JsonTokenType.String && lastRole is not null && json.ValueTextEquals(lastRole) ? lastRole : json.GetString();
                    lastRole = role;
                }
                else
                {
                    json.Read();
                    json.Skip();
                }
            }

            memberships.Add(new Membership(slug!, role));
        }

        return memberships;
    }

    /// <summary>The organization to begin with: the server's choice if it is one of the memberships, else the first of them.</summary>
    public string? FirstOrganization() =>
        Memberships is not { Count: > 0 } ? null
        : Memberships.Any(membership => membership.Slug == DefaultOrgSlug) ? DefaultOrgSlug
        : Memberships[0].Slug;

    public IReadOnlyList<string> AllGroups() => Groups ?? CognitoGroups ?? [];
}

/// <summary>The claims that say whether an ID token is meant for us (OpenID Connect Core section 2).</summary>
internal sealed record IdTokenClaims
{
    public string? Iss { get; init; }

    public string? Sub { get; init; }

    [JsonConverter(typeof(AudienceConverter))]
    public IReadOnlyList<string>? Aud { get; init; }

    public string? Azp { get; init; }

    public Seconds? Exp { get; init; }

    public Seconds? Nbf { get; init; }

    public string? Nonce { get; init; }
}

/// <summary>RFC 7515 section 4.1.</summary>
internal sealed record JwsHeader
{
    public string? Alg { get; init; }

    public string? Kid { get; init; }

    public JsonElement Crit { get; init; }
}

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

/// <summary>A time span in seconds. Some servers send it as text.</summary>
[JsonConverter(typeof(SecondsConverter))]
internal readonly record struct Seconds(double Value)
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(365 * 100);

    /// <summary>Never negative, and short enough to be added to any date of ours.</summary>
    public TimeSpan ToTimeSpan() =>
        Value >= Longest.TotalSeconds ? Longest : Value > 0 ? TimeSpan.FromSeconds(Value) : TimeSpan.Zero;
}

internal sealed class SecondsConverter : JsonConverter<Seconds>
{
    public override Seconds Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.Number when reader.TryGetDouble(out var number) => new Seconds(number),
            // Read generously, but "NaN" and "Infinity", which the framework takes for numbers, are none.
            JsonTokenType.String when double.TryParse(
                reader.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => new Seconds(number),
            _ => throw new JsonException("not a number of seconds"),
        };

    public override void Write(Utf8JsonWriter writer, Seconds value, JsonSerializerOptions options) =>
        throw new NotSupportedException(); // Answers are only read.
}

/// <summary>As if nothing had been said where it is no number: the tokens beside it are too dear to be lost over that.</summary>
internal sealed class SecondsIfUnderstoodConverter : JsonConverter<Seconds?>
{
    private static readonly SecondsConverter s_seconds = new();

    public override Seconds? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is JsonTokenType.Number or JsonTokenType.String)
        {
            try
            {
                return s_seconds.Read(ref reader, typeof(Seconds), options);
            }
            catch (JsonException)
            {
                return null;
            }
        }

        reader.Skip();
        return null;
    }

    public override void Write(Utf8JsonWriter writer, Seconds? value, JsonSerializerOptions options) =>
        throw new NotSupportedException(); // Answers are only read.
}

/// <summary>RFC 7519 section 4.1.3: one text, or an array of them.</summary>
internal sealed class AudienceConverter : JsonConverter<IReadOnlyList<string>>
{
    public override IReadOnlyList<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String) return [reader.GetString()!];
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("not an audience");
        var audience = new List<string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.String) audience.Add(reader.GetString()!);
        return reader.TokenType == JsonTokenType.EndArray ? audience : throw new JsonException("not an audience");
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options) =>
        throw new NotSupportedException(); // Answers are only read.
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ServerMetadata))]
[JsonSerializable(typeof(DeviceAuthorizationResponse))]
[JsonSerializable(typeof(TokenResponse))]
[JsonSerializable(typeof(ActionsIdToken))]
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(Claims))]
[JsonSerializable(typeof(IdTokenClaims))]
[JsonSerializable(typeof(JwsHeader))]
[JsonSerializable(typeof(JsonWebKeySet))]
[JsonSerializable(typeof(JsonWebKey))]
internal sealed partial class WireJson : JsonSerializerContext;
