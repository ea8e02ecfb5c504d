using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Datagen.Auth;
using Datagen.Console;
using Datagen.Protocol;
using Datagen.Sessions;
using Datagen.Storage;

namespace Fuzz.Targets;

/// <summary>What a server says, through the very code that asks it.</summary>
internal static class Answers
{
    private static readonly OAuthClient s_client = new("datagen-cli", "s3cret-of-the-client");
    private static readonly string[] s_words =
    [
        "error", "error_description", "interval", "expires_in", "slow_down", "authorization_pending", "invalid_grant", "access_denied", "invalid_token", "unsupported_token_type",
        "200", "204", "302", "400", "401", "403", "429", "503", " 120", " -1", " 99999999999", " Fri, 31 Dec 9999 23:59:59 GMT", " Fri, 01 Jan 0001 00:00:00 GMT", "Bearer", "DPoP", "N_A",
        "issuer", "token_endpoint", "https://", "http://", "javascript:", "file:///", "-o", "$(id)", "`id`", "@", "localhost", "127.0.0.1", "[::1]", "xn--", "\u2066", "\u200b",
    ];

    public static Target Discovery { get; } = Over("discovery", 3000,
        [
            """
            200
            {"issuer":"https://id.example","authorization_endpoint":"https://id.example/a","device_authorization_endpoint":"https://id.example/d","token_endpoint":"https://id.example/t",
             "revocation_endpoint":"https://id.example/r","userinfo_endpoint":"https://id.example/u","jwks_uri":"https://id.example/k","authorization_response_iss_parameter_supported":true,
             "scopes_supported":["openid"],"later":{"a":[1]}}
            """,
            """
            200
            {"issuer":"https://id.example","token_endpoint":"https://\u2066id.example/t","jwks_uri":"https://a\u200bb.example","userinfo_endpoint":"http://127.0.0.1/x"}
            """,
        ],
        input => StubServer.Ask<object>(input, async service =>
        {
            var server = await Datagen.Protocol.Discovery.FindAsync(service, StubServer.Issuer, CancellationToken.None);
            foreach (var text in new[] { server.Endpoints.TokenEndpoint, server.Endpoints.AuthorizationEndpoint, server.Endpoints.JwksUri })
            {
                try
                {
                    var address = EndpointAddress.Of(text, "token_endpoint", StubServer.Issuer.OriginalString);
                    PropertyException.Require(address.Scheme == "https", "a server on https names an endpoint that is not");
                    PropertyException.Require(address.UserInfo.Length == 0, "an endpoint with a user's name");
                    Spoken.Line(address.Authority);
                    Spoken.Line(address.GetLeftPart(UriPartial.Path));
                    _ = address.IdnHost; // The framework asks for it when it connects.
                }
                catch (AuthException failure)
                {
                    Spoken.Failure(failure);
                }
            }

            return server;
        }));

    public static Target DeviceAuthorization { get; } = Over("device authorization", 3000,
        [
            """
            200
            {"device_code":"dc-1","user_code":"QXTR-9PLN","verification_uri":"https://id.example/device","verification_uri_complete":"https://id.example/device?user_code=QXTR-9PLN","expires_in":900,"interval":5}
            """,
            """
            200
            {"device_code":"dc-1","user_code":"A","verification_url":"https://id.example/device","expires_in":"1800","interval":"0"}
            """,
            """
            429 60
            {"error":"slow_down","error_description":"no","interval":10}
            """,
            """
            200
            {"device_code":"dc-1","user_code":"A","verification_uri":"https://a\u2066b.example/"}
            """,
        ],
        input => StubServer.Ask<object>(input, async service =>
        {
            var answer = await Datagen.Protocol.DeviceAuthorization.RequestAsync(service, StubServer.Issuer, s_client, "openid", [], CancellationToken.None);
            PropertyException.Require(answer.UserCode.Length > 0, "no user code");
            PropertyException.Require(answer.Interval >= TimeSpan.FromSeconds(1) && answer.ExpiresIn >= TimeSpan.Zero, "times that make no sense");
            Spoken.Line(answer.UserCode);
            foreach (var address in new[] { answer.VerificationUri, answer.VerificationUriComplete ?? answer.VerificationUri })
            {
                var shown = address.OriginalString;
                Spoken.Line(shown);
                PropertyException.Require(shown.All(c => c is > ' ' and <= '~'), "an address that is not plain");
                PropertyException.Require(shown.StartsWith("http", StringComparison.OrdinalIgnoreCase) && address.UserInfo.Length == 0, "no web page is shown");
                var argument = Browser.Arguments(["open"], address.AbsoluteUri)[^1];
                PropertyException.Require(argument.StartsWith("https://", StringComparison.Ordinal) || argument.StartsWith("http://", StringComparison.Ordinal), "no web page is opened");
                PropertyException.Require(argument.All(c => c is > ' ' and <= '~' and not '"' and not '<' and not '>'), "an argument that is not plain");
            }

            return answer;
        }));

    public static Target Token { get; } = Over("token", 3000,
        [
            """
            200
            {"access_token":"at-1","token_type":"Bearer","expires_in":3600,"refresh_token":"rt-1","id_token":"a.b.c","scope":"openid"}
            """,
            """
            400
            {"error":"authorization_pending","error_description":{"not":"text"},"interval":"7"}
            """,
            """
            400
            <html>no</html>
            """,
            """
            429 Wed, 21 Oct 2099 07:28:00 GMT
            {"error":"slow_down"}
            """,
            """
            503 9999999
            x
            """,
        ],
        input => StubServer.Ask<object>(input, async service =>
        {
            var answer = await TokenEndpoint.RequestAsync(service, StubServer.Issuer, [new("refresh_token", "rt-s3cret")], CancellationToken.None);
            if (answer.Token is { } token)
            {
                PropertyException.Require(BearerToken.IsWellFormed(token.AccessToken), "a token that no header can carry");
                PropertyException.Require(token.RefreshToken is not "" && token.IdToken is not "", "an empty token");
                _ = DateTimeOffset.UnixEpoch.AddYears(100) + (token.ExpiresIn?.ToTimeSpan() ?? TimeSpan.Zero);
            }
            else
            {
                Spoken.Failure(TokenEndpoint.Refusal(StubServer.Issuer, "the sign-in", answer.Error!));
                PropertyException.Require(answer.Error!.Interval is not { Ticks: < 0 }, "a negative interval");
            }

            return "";
        }));

    public static Target Revocation { get; } = Over("revocation", 2000,
        [
            """
            400
            {"error":"unsupported_token_type","error_description":"\u001b[31m"}
            """,
            """
            200

            """,
            """
            400
            {"error":"invalid_token"}
            """,
        ],
        input => StubServer.Ask<object>(input, async service =>
        {
            if (await Datagen.Protocol.Revocation.RevokeAsync(service, StubServer.Issuer, "rt-s3cret", "refresh_token", s_client, CancellationToken.None) is { } error)
                Spoken.Line(error.ToString());
            return "";
        }));

    /// <summary>The reader's verdict is the serializer's, and what is printed is harmless text and JSON that says the same.</summary>
    public static Target UserInfo { get; } = Over("userinfo", 4000,
        [
            """
            200
            {"sub":"u-1","email":"you@yourcompany.com","memberships":[{"slug":"yourcompany","role":"admin"},{"slug":"test-org","role":null,"later":1}],"default_org_slug":"yourcompany","groups":["authors"],"cognito:groups":["a","b"],"later":{"x":[1]}}
            """,
            """
            200
            {"sub":"u-1","email":"\u202eyou@\u001b[2J","groups":["a\nb", null]}
            """,
            """
            200
            {"sub":"u-1","memberships":[]}
            """,
            """
            401
            {}
            """,
            """
            200
            eyJhbGciOiJub25lIn0.e30.
            """,
        ],
        CheckUserInfo);

    private static void CheckUserInfo(byte[] input)
    {
        var claims = StubServer.Ask(input, service => Datagen.Protocol.UserInfo.GetAsync(
            service, StubServer.Issuer, Authorize.For(new AccessToken("at-s3cret", null, "yourcompany")), Authorize.For(new AccessToken("at-s3cret", null, null)), CancellationToken.None));
        var body = input.AsSpan(input.AsSpan().IndexOf((byte)'\n') + 1);
        using var response = StubServer.Answer(input);
        if (!response.IsSuccessStatusCode || !input.Contains((byte)'\n') || body.StartsWith("eyJ"u8) || body.IndexOf("s3cret"u8) >= 0) return;
        var reference = Reference(body);
        PropertyException.Require(claims is not null || reference is null, "the framework would read it");
        if (claims is null) return;
        // It also reads the names of what is passed over here.
        PropertyException.Require(reference is not null || !Json.IsText(body), "the framework would not read it");
        if (reference is null) return;
        PropertyException.Require(Text(claims.Sub, claims.Email, claims.DefaultOrgSlug, claims.Groups, claims.CognitoGroups, claims.Memberships?.Select(one => new ReferenceMembership(one.Slug, one.Role)))
            == Text(reference.Sub, reference.Email, reference.DefaultOrgSlug, reference.Groups, reference.CognitoGroups, reference.Memberships), "the framework would read something else");

        var active = claims.FirstOrganization();
        var identity = new Identity(claims.Email, active, claims.Memberships ?? [], claims.AllGroups(), DateTimeOffset.UnixEpoch);
        PropertyException.Require(active is null == identity.Memberships.Count is 0 && (active is null || identity.IsMemberOf(active)), "an organization that is no membership");
        foreach (var product in Product.All)
        {
            using var text = new StringWriter();
            new Output(OutputFormat.Text, text, TextWriter.Null).Print(product.Words.Status, identity);
            PropertyException.Require(text.ToString().Count(c => c == '\n') == 3, "another line is forged");
            Spoken.Lines(text.ToString());

            using var json = new StringWriter();
            new Output(OutputFormat.Json, json, TextWriter.Null).Print(product.Words.Status, identity);
            PropertyException.Require(json.ToString().IndexOf('\n', StringComparison.Ordinal) == json.ToString().Length - 1, "JSON on more than one line");
            Spoken.Lines(json.ToString());
            using var document = JsonDocument.Parse(json.ToString());
            PropertyException.Require(document.RootElement.GetProperty("email").GetString() == claims.Email, "JSON says another email");
        }
    }

    private static string Text(string? sub, string? email, string? organization, IEnumerable<string?>? groups, IEnumerable<string?>? more, IEnumerable<ReferenceMembership>? memberships) =>
        JsonSerializer.Serialize(new object?[] { sub, email, organization, groups, more, memberships });

    // As the framework's own document has it.
    private static ReferenceClaims? Reference(ReadOnlySpan<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse((body.StartsWith(Encoding.UTF8.Preamble) ? body[3..] : body).ToArray());
            if (document.RootElement.ValueKind != JsonValueKind.Object) return null;
            var claims = new ReferenceClaims();
            foreach (var member in document.RootElement.EnumerateObject())
            {
                claims = member.Name switch
                {
                    "sub" => claims with { Sub = TextOf(member.Value) },
                    "email" => claims with { Email = TextOf(member.Value) },
                    "default_org_slug" => claims with { DefaultOrgSlug = TextOf(member.Value) },
                    "groups" => claims with { Groups = GroupsOf(member.Value) },
                    "cognito:groups" => claims with { CognitoGroups = GroupsOf(member.Value) },
                    "memberships" => claims with { Memberships = MembershipsOf(member.Value) },
                    _ => claims,
                };
            }

            return claims.Memberships?.Any(membership => membership is not { Slug.Length: > 0 }) == true ? null : claims;
        }
        catch (Exception unfit) when (unfit is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? TextOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static List<string?>? GroupsOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()],
        JsonValueKind.Array => [.. value.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.String).Select(one => one.GetString()).Distinct()],
        _ => null,
    };

    private static List<ReferenceMembership>? MembershipsOf(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind != JsonValueKind.Array) throw new JsonException();
        var memberships = new List<ReferenceMembership>();
        foreach (var one in value.EnumerateArray())
        {
            string? slug = null, role = null;
            if (one.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null)) throw new JsonException();
            if (one.ValueKind == JsonValueKind.Object)
            {
                foreach (var member in one.EnumerateObject())
                {
                    if (member.Name is "slug" or "role" && member.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null)) throw new JsonException();
                    if (member.Name == "slug") slug = member.Value.GetString();
                    if (member.Name == "role") role = member.Value.GetString();
                }
            }

            memberships.Add(new ReferenceMembership(slug, role));
        }

        return memberships;
    }

    private sealed record ReferenceMembership(string? Slug, string? Role);

    private sealed record ReferenceClaims
    {
        public string? Sub { get; init; }

        public string? Email { get; init; }

        public IReadOnlyList<ReferenceMembership>? Memberships { get; init; }

        public string? DefaultOrgSlug { get; init; }

        public IReadOnlyList<string?>? Groups { get; init; }

        public IReadOnlyList<string?>? CognitoGroups { get; init; }
    }

    private static Target Over(string name, int shortRun, IEnumerable<string> seeds, Action<byte[]> check) =>
        Target.OfBytes(name, shortRun, seeds, [.. s_words, "sub", "email", "memberships", "slug", "role", "default_org_slug", "groups", "cognito:groups",
            "device_code", "user_code", "verification_uri", "verification_url", "verification_uri_complete", "access_token", "refresh_token", "id_token", "token_type"], check);
}
