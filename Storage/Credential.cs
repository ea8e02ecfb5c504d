using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Datagen.Storage;

/// <summary>What credentials.json holds.</summary>
internal sealed record Credential
{
    public required string AccessToken { get; init; }

    public string? TokenType { get; init; }

    public string? Email { get; init; }

    public string? ActiveOrgSlug { get; init; }

    public string[]? Groups { get; init; }

    public DateTimeOffset StoredAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public string? RefreshToken { get; init; }

    public string? IdToken { get; init; }

    public string? Issuer { get; init; }

    public string? ClientId { get; init; }

    public string? ClientSecret { get; init; }

    public Endpoints? Endpoints { get; init; }

    /// <summary>The base address of the API that the token is for, if it was named at sign-in.</summary>
    public string? Api { get; init; }

    /// <summary>Where the key is that the tokens are bound to (RFC 9449): <c>file</c> or <c>agent</c>; null where they are bound to none.</summary>
    public string? DpopKey { get; init; }

    /// <summary>The thumbprint of that key (RFC 7638).</summary>
    public string? DpopJkt { get; init; }

    /// <summary>What the server calls that key's algorithm.</summary>
    public string? DpopAlg { get; init; }

    /// <summary>Keys of a newer version, kept when the file is written again.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }

    /// <summary>Whether the token lives for longer than <paramref name="margin"/> from <paramref name="now"/>; one that names no expiry does.</summary>
    public bool OutlivesBy(TimeSpan margin, DateTimeOffset now) => ExpiresAt is not { } end || end - now > margin;

    // A record prints its members by default, and these are secrets.
    public override string ToString() => $"credential of {Email}";

    /// <summary>Reads the file's content. By hand, since setting up the serializer would take longer than everything else that <c>auth token</c> does.</summary>
    public static Credential Parse(ReadOnlySpan<byte> utf8)
    {
        string? accessToken = null, tokenType = null, email = null, activeOrgSlug = null, refreshToken = null, idToken = null;
        string? issuer = null, clientId = null, clientSecret = null, api = null, dpopKey = null, dpopJkt = null, dpopAlg = null;
        string[]? groups = null;
        DateTimeOffset storedAt = default;
        DateTimeOffset? expiresAt = null;
        Endpoints? endpoints = null;
        Dictionary<string, JsonElement>? others = null;

        var json = new Utf8JsonReader(utf8);
        try
        {
            json.Read();
            JsonReading.Require(json.TokenType == JsonTokenType.StartObject);
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("access_token"u8)) accessToken = json.ReadText();
                else if (json.ValueTextEquals("token_type"u8)) tokenType = json.ReadText();
                else if (json.ValueTextEquals("email"u8)) email = json.ReadText();
                else if (json.ValueTextEquals("active_org_slug"u8)) activeOrgSlug = json.ReadText();
                else if (json.ValueTextEquals("groups"u8)) groups = json.ReadTexts()?.ToArray();
                else if (json.ValueTextEquals("stored_at"u8)) storedAt = Moment(ref json) ?? throw new JsonException("not a date and time");
                else if (json.ValueTextEquals("expires_at"u8)) expiresAt = Moment(ref json);
                else if (json.ValueTextEquals("refresh_token"u8)) refreshToken = json.ReadText();
                else if (json.ValueTextEquals("id_token"u8)) idToken = json.ReadText();
                else if (json.ValueTextEquals("issuer"u8)) issuer = json.ReadText();
                else if (json.ValueTextEquals("client_id"u8)) clientId = json.ReadText();
                else if (json.ValueTextEquals("client_secret"u8)) clientSecret = json.ReadText();
                else if (json.ValueTextEquals("api"u8)) api = json.ReadText();
                else if (json.ValueTextEquals("dpop_key"u8)) dpopKey = json.ReadText();
                else if (json.ValueTextEquals("dpop_jkt"u8)) dpopJkt = json.ReadText();
                else if (json.ValueTextEquals("dpop_alg"u8)) dpopAlg = json.ReadText();
                else if (json.ValueTextEquals("endpoints"u8)) endpoints = ReadEndpoints(ref json);
                else Keep(ref json, ref others);
            }

            json.Read(); // Throws at whatever follows the object.
        }
        catch (InvalidOperationException notText)
        {
            throw new JsonException("half a surrogate pair, or bytes that are not UTF-8", notText);
        }

        return IsToken(accessToken)
            ? new Credential
            {
                AccessToken = accessToken,
                TokenType = tokenType,
                Email = email,
                ActiveOrgSlug = activeOrgSlug,
                Groups = groups,
                StoredAt = storedAt,
                ExpiresAt = expiresAt,
                RefreshToken = refreshToken,
                IdToken = idToken,
                Issuer = issuer,
                ClientId = clientId,
                ClientSecret = clientSecret,
                Endpoints = endpoints,
                Api = api,
                DpopKey = dpopKey,
                DpopJkt = dpopJkt,
                DpopAlg = dpopAlg,
                Others = others,
            }
            : throw new JsonException("no usable access_token");
    }

    private static Endpoints? ReadEndpoints(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null) return null;
        JsonReading.Require(json.TokenType == JsonTokenType.StartObject);
        string? authorization = null, device = null, token = null, revocation = null, userinfo = null, keys = null;
        Dictionary<string, JsonElement>? others = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals(EndpointName.Authorization)) authorization = json.ReadText();
            else if (json.ValueTextEquals(EndpointName.DeviceAuthorization)) device = json.ReadText();
            else if (json.ValueTextEquals(EndpointName.Token)) token = json.ReadText();
            else if (json.ValueTextEquals(EndpointName.Revocation)) revocation = json.ReadText();
            else if (json.ValueTextEquals(EndpointName.UserInfo)) userinfo = json.ReadText();
            else if (json.ValueTextEquals(EndpointName.Keys)) keys = json.ReadText();
            else Keep(ref json, ref others);
        }

        return new Endpoints
        {
            AuthorizationEndpoint = authorization,
            DeviceAuthorizationEndpoint = device,
            TokenEndpoint = token,
            RevocationEndpoint = revocation,
            UserinfoEndpoint = userinfo,
            JwksUri = keys,
            Others = others,
        };
    }

    private static DateTimeOffset? Moment(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null) return null;
        return json.TokenType == JsonTokenType.String && json.TryGetDateTimeOffset(out var moment)
            ? moment
            : throw new JsonException("not a date and time");
    }

    private static void Keep(ref Utf8JsonReader json, ref Dictionary<string, JsonElement>? others)
    {
        var name = json.GetString()!;
        json.Read();
        var value = JsonElement.ParseValue(ref json);
        RequireText(value);
        (others ??= [])[name] = value;
    }

    // What is no text could be read but not written again, which would be found out when a refresh token has been spent.
    private static void RequireText(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            _ = value.GetString();
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray()) RequireText(item);
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject())
            {
                _ = member.Name;
                RequireText(member.Value);
            }
        }
    }

    /// <summary>Whether a text can be a token: visible ASCII, as in RFC 6749 appendix A.12.</summary>
    public static bool IsToken([NotNullWhen(true)] string? text) => text is { Length: > 0 } && text.All(c => c is > ' ' and <= '~');

    public byte[] ToUtf8() => [.. JsonSerializer.SerializeToUtf8Bytes(this, StorageJson.Readable.Credential), (byte)'\n'];
}
