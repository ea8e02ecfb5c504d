using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Datagen.Auth;
using Datagen.Doctor;
using Datagen.Protocol;
using Datagen.Storage;

namespace Fuzz.Targets;

internal static class CredentialsFile
{
    private const string Full = """
        {
          "access_token": "at-1234567890",
          "token_type": "Bearer",
          "email": "you@yourcompany.com",
          "active_org_slug": "yourcompany",
          "groups": ["authors", "editors"],
          "stored_at": "2026-04-23T14:30:00Z",
          "expires_at": "2026-04-23T15:30:00Z",
          "refresh_token": "rt-+/=",
          "id_token": "a.b.c",
          "issuer": "https://id.example",
          "client_id": "datagen-cli",
          "client_secret": "s",
          "api": "https://api.example/v1",
          "endpoints": {"token_endpoint": "https://id.example/token", "userinfo_endpoint": "https://id.example/userinfo", "authorization_endpoint": null,
            "device_authorization_endpoint": "https://id.example/d", "revocation_endpoint": "https://id.example/r", "jwks_uri": "https://id.example/k", "later_endpoint": [1]},
          "later": {"deep": [1, 2.50, true, null, "x"]}
        }
        """;

    /// <summary>The reader's verdict is the serializer's; what is read and written is read again as the same, unknown keys included.</summary>
    public static Target Parsing { get; } = new(
        "credentials",
        6000,
        [
            Encoding.UTF8.GetBytes(Full),
            """{"access_token":"x","email":"you@yourcompany.com","active_org_slug":"yourcompany","stored_at":"2026-04-23T15:30:00Z"}"""u8.ToArray(),
            """{"access_token":"x","later":"\ud800"}"""u8.ToArray(),
            """{"access_token":"x","access_token":"y","a":1,"a":2}"""u8.ToArray(),
            """{"access_token":"x","stored_at":"9999-12-31T23:59:59.9999999-14:00"}"""u8.ToArray(),
        ],
        [
            "access_token", "token_type", "email", "active_org_slug", "groups", "stored_at", "expires_at", "refresh_token", "id_token", "issuer", "client_id",
            "client_secret", "api", "endpoints", "token_endpoint", "userinfo_endpoint", "jwks_uri", "others", "Others", "ACCESS_TOKEN", "$type", "$id",
        ],
        Check);

    private static void Check(byte[] input)
    {
        Credential credential;
        try
        {
            credential = Credential.Parse(input);
        }
        catch (JsonException)
        {
            PropertyException.Require(Reference(input) is null, "the serializer would read it");
            return;
        }

        PropertyException.Require(Reference(input) is { } reference && Same(credential, reference), "the serializer would not read it so");
        Feature.Note($"{credential.Groups?.Length} {credential.Others?.Count} {credential.Endpoints?.Others?.Count}");
        Spoken.Line(Datagen.Auth.Printable.Text(credential.ToString()));

        var written = credential.ToUtf8();
        var again = Credential.Parse(written);
        PropertyException.Require(again.ToUtf8().AsSpan().SequenceEqual(written), "written, read and written it is another");
        PropertyException.Require(Same(again, credential with { StoredAt = Seconds(credential.StoredAt), ExpiresAt = credential.ExpiresAt is { } end ? Seconds(end) : null }), "written and read it is another");
    }

    private static DateTimeOffset Seconds(DateTimeOffset moment) => new(moment.UtcTicks - (moment.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);

    private static bool Same(Credential one, Credential other) =>
        (one with { Others = null, Groups = null, Endpoints = null }) == (other with { Others = null, Groups = null, Endpoints = null })
        && (one.Groups ?? []).SequenceEqual(other.Groups ?? []) && one.Groups is null == other.Groups is null
        && Same(one.Others, other.Others)
        && (one.Endpoints ?? new Endpoints()) with { Others = null } == (other.Endpoints ?? new Endpoints()) with { Others = null }
        && one.Endpoints is null == other.Endpoints is null
        && Same(one.Endpoints?.Others, other.Endpoints?.Others);

    private static bool Same(Dictionary<string, JsonElement>? one, Dictionary<string, JsonElement>? other) =>
        (one?.Count ?? 0) == (other?.Count ?? 0)
        && (one ?? []).All(pair => other!.TryGetValue(pair.Key, out var value) && Text(value) == Text(pair.Value));

    // Less the blanks, which indenting changes.
    private static string Text(JsonElement element)
    {
        try
        {
            return JsonSerializer.Serialize(element, s_plain);
        }
        catch (JsonException)
        {
            return element.GetRawText(); // half a surrogate pair
        }
    }

    private static readonly JsonSerializerOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // The record is the one that is written by: a key that one side forgets is found.
    private static Credential? Reference(byte[] input)
    {
        try
        {
            var read = JsonSerializer.Deserialize(input, StorageJson.Default.Credential);
            // The serializer looks into an unknown key only when it is written again.
            return read is null || !Credential.IsToken(read.AccessToken) || !Json.IsText(input) ? null : read;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
