using System.Text.Json;
using System.Text.Json.Serialization;
using Datagen.Auth;
using Datagen.Storage;

namespace Datagen.Protocol;

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
