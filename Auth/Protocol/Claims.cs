using System.Text.Json;
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

    public IReadOnlyList<string>? CognitoGroups { get; init; }

    /// <summary>Whether the server left the groups out because they are too many (OpenID Connect Core section 5.6.2, as Entra ID does it).</summary>
    public bool HasTooManyGroups { get; init; }

    /// <summary>What the message of a claim that is needed and makes no sense begins with.</summary>
    public const string Wrong = "the claim ";

    /// <summary>Reads the claims by hand: setting up the serializer would take longer than the request, and 100,000 roles are few different texts.</summary>
    public static Claims Parse(ReadOnlySpan<byte> utf8)
    {
        var json = new Utf8JsonReader(utf8);
        string? sub = null, email = null, defaultOrgSlug = null;
        List<Membership>? memberships = null;
        List<string>? groups = null, cognitoGroups = null;
        var hasTooManyGroups = false;
        try
        {
            json.Read();
            JsonReading.Require(json.TokenType == JsonTokenType.StartObject);
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("sub"u8)) sub = ReadText(ref json);
                else if (json.ValueTextEquals("email"u8)) email = ReadText(ref json);
                else if (json.ValueTextEquals("default_org_slug"u8)) defaultOrgSlug = ReadText(ref json);
                else if (json.ValueTextEquals("memberships"u8)) memberships = ReadMemberships(ref json);
                else if (json.ValueTextEquals("groups"u8)) groups = ReadGroups(ref json);
                else if (json.ValueTextEquals("cognito:groups"u8)) cognitoGroups = ReadGroups(ref json);
                else if (json.ValueTextEquals("_claim_names"u8)) hasTooManyGroups |= NamesGroups(ref json);
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
            HasTooManyGroups = hasTooManyGroups && groups is null or { Count: 0 },
        };
    }

    // What can't be understood and is not needed is ignored (OpenID Connect Core section 2).
    private static string? ReadText(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.String) return json.GetString();
        json.Skip();
        return null;
    }

    // One text is one group; what is no text is none.
    private static List<string>? ReadGroups(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.String) return [json.GetString()!];
        if (json.TokenType != JsonTokenType.StartArray)
        {
            json.Skip();
            return null;
        }

        var groups = new List<string>();
        var seen = new HashSet<string>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.String) json.Skip();
            else if (json.GetString()! is var group && seen.Add(group)) groups.Add(group);
        }

        return groups;
    }

    private static bool NamesGroups(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return false;
        }

        var names = false;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            names |= json.ValueTextEquals("groups"u8);
            json.Read();
            json.Skip();
        }

        return names;
    }

    private static List<Membership>? ReadMemberships(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null) return null;
        if (json.TokenType != JsonTokenType.StartArray) throw new JsonException($"{Wrong}memberships is not an array");
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

    /// <summary>The same with everything that is shown gone through.</summary>
    public Claims Redacted(Func<string?, string?> redact) => this with
    {
        Email = redact(Email),
        DefaultOrgSlug = redact(DefaultOrgSlug),
        Memberships = Memberships?.Select(one => new Membership(redact(one.Slug)!, redact(one.Role))).ToList(),
        Groups = Groups?.Select(group => redact(group)!).ToList(),
        CognitoGroups = CognitoGroups?.Select(group => redact(group)!).ToList(),
    };

    public IReadOnlyList<string> AllGroups() => Groups ?? CognitoGroups ?? [];
}
