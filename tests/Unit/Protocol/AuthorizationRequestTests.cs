using Datagen.Auth;
using Datagen.Protocol;
using Unit.World;

namespace Unit.Protocol;

public class AuthorizationRequestTests
{
    private const string Issuer = "https://id.example";
    private const string RedirectUri = "http://127.0.0.1:49152/callback";

    private readonly AuthorizationRequest _request = New();

    private static AuthorizationRequest New(
        string endpoint = "https://id.example/authorize",
        bool responseNamesIssuer = false,
        string scope = "openid email",
        string? extra = null,
        string? secret = null) =>
        new(
            new Uri(endpoint), Issuer, responseNamesIssuer, new OAuthClient("genlabz-cli", secret), scope,
            ExtraParameters.Parse(extra, "GENLABZ_PARAMETERS"), new Uri(RedirectUri));

    private static (string Name, string Value)[] Parameters(AuthorizationRequest request) =>
        [.. request.Address().Query.TrimStart('?').Split('&').Select(pair => pair.Split('='))
            .Select(pair => (pair[0], Uri.UnescapeDataString(pair[1])))];

    private static string Parameter(AuthorizationRequest request, string name) =>
        Parameters(request).Single(parameter => parameter.Name == name).Value;

    private string State => Parameter(_request, "state");

    public static TheoryData<string, string> PastedCases { get; } = [.. Table.Rows("Unit/Protocol/pasted.tsv").Select(row => (row[0], row[1]))];

    [Theory]
    [MemberData(nameof(PastedCases))]
    public void What_a_person_pastes_is_read_as_it_is_meant(string pasted, string code) =>
        Assert.Equal(
            code.StartsWith("none", StringComparison.Ordinal) ? null : code,
            _request.MatchPasted(pasted.Replace("STATE", State, StringComparison.Ordinal))?.Code);

    [Theory]
    [InlineData("?error=access_denied&state=STATE")]
    [InlineData("state=STATE&error=access_denied")]
    public void A_denial_can_be_pasted_as_its_query(string pasted) =>
        Assert.Equal("access_denied", _request.MatchPasted(pasted.Replace("STATE", State, StringComparison.Ordinal))?.Error?.Code);

    [Theory]
    [InlineData("a&b=c", "a&b=c")]
    [InlineData("100%", "100%")]
    [InlineData("a%00b", "a%00b")]
    [InlineData("a%C3%A4", "a%C3%A4")]
    [InlineData("code=a%2Bb", "a+b")]
    public void A_bare_code_keeps_what_is_no_encoding_of_a_code(string pasted, string code) => Assert.Equal(code, _request.MatchPasted(pasted)?.Code);

    [Fact]
    public void Asks_exactly_what_the_RFCs_ask_for()
    {
        Assert.StartsWith("https://id.example/authorize?response_type=code&client_id=genlabz-cli", _request.Address().AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal(
            [
                ("response_type", "code"),
                ("client_id", "genlabz-cli"),
                ("redirect_uri", RedirectUri),
                ("scope", "openid email"),
                ("state", State),
                ("nonce", _request.Nonce),
                ("code_challenge", Pkce.Challenge(Verifier(_request))),
                ("code_challenge_method", "S256"),
            ],
            Parameters(_request));
    }

    [Theory]
    [InlineData("openid offline_access", null, "consent")]
    [InlineData("openid offline_access", "prompt=login%20consent", "login consent")]
    [InlineData("openid offline_access", "prompt=", null)]
    [InlineData("openid offline_accessory", null, null)]
    public void Asks_for_consent_with_offline_access_unless_told_otherwise(string scope, string? extra, string? prompt) =>
        Assert.Equal(
            prompt, Parameters(New(scope: scope, extra: extra)).SingleOrDefault(parameter => parameter.Name == "prompt").Value);

    [Fact]
    public void Extra_parameters_come_with_it() =>
        Assert.Equal(
            [("audience", "https://api.example/"), ("organization", "org 1")],
            Parameters(New(extra: "audience=https%3A%2F%2Fapi.example%2F&organization=org+1"))[^2..]);

    [Theory]
    [InlineData("state=x")]
    [InlineData("audience=a&redirect_uri=https://evil.example")]
    [InlineData("client%5fid=other")]
    public void An_extra_parameter_cannot_take_the_place_of_one_that_protects(string extra) =>
        Assert.StartsWith(
            "GENLABZ_PARAMETERS can't set ",
            Assert.Throws<AuthException>(() => New(extra: extra)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_client_secret_goes_to_the_token_endpoint_and_never_through_the_browser()
    {
        var request = New(secret: "cs");

        Assert.DoesNotContain(Parameters(request), parameter => parameter.Value == "cs");
        Assert.Contains(new("client_secret", "cs"), request.TokenRequest("c"));
    }

    [Fact]
    public void Says_the_same_each_time() => Assert.Equal(_request.Address(), _request.Address());

    [Theory]
    [InlineData("https://id.example/authorize?tenant=a%20b", "https://id.example/authorize?tenant=a%20b&response_type=code&")]
    [InlineData("https://id.example", "https://id.example?response_type=code&")]
    public void A_query_of_the_endpoint_is_kept(string endpoint, string beginning) =>
        Assert.StartsWith(beginning, New(endpoint).Address().OriginalString, StringComparison.Ordinal);

    [Fact]
    public void Its_secrets_are_new_each_time_long_enough_and_unlike_each_other()
    {
        var secrets = Enumerable.Range(0, 50).Select(_ => New())
            .SelectMany(request => new[] { Parameter(request, "state"), request.Nonce, Verifier(request) }).ToList();

        Assert.Equal(150, secrets.Distinct().Count());
        Assert.All(secrets, secret => Assert.Matches("^[A-Za-z0-9_-]{43}$", secret));
    }

    [Fact]
    public void The_challenge_is_that_of_RFC_7636_appendix_B() =>
        Assert.Equal("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", Pkce.Challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));

    [Fact]
    public void The_verifier_stays_here()
    {
        Assert.DoesNotContain(Verifier(_request), _request.Address().OriginalString, StringComparison.Ordinal);
        Assert.DoesNotContain(Verifier(_request), $"{_request}", StringComparison.Ordinal);
    }

    [Fact]
    public void Exchanges_the_code_as_RFC_6749_and_7636_ask() =>
        Assert.Equal(
            [
                new("grant_type", "authorization_code"),
                new("code", "c1"),
                new("redirect_uri", RedirectUri),
                new("client_id", "genlabz-cli"),
                new("code_verifier", Verifier(_request)),
            ],
            _request.TokenRequest("c1"));

    [Fact]
    public void A_response_with_its_state_is_believed()
    {
        Assert.Equal(new AuthorizationResponse("c1", null), _request.Match($"code=c1&state={State}"));
        Assert.Equal(new AuthorizationResponse("c1", null), _request.Match($"?code=c1&session_state=x&state={State}"));
        Assert.Equal(new AuthorizationResponse("c1", null), _request.Match($"&&state={State}&&code=c1&flag"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?")]
    [InlineData("code=c1")]
    [InlineData("code=c1&state=")]
    [InlineData("code=c1&state")]
    [InlineData("code=c1&state=other")]
    [InlineData("code=c1&state={state}x")]
    [InlineData("code=c1&state={state}&state={state}")]
    [InlineData("code=c1&state=other&state={state}")]
    [InlineData("code=c1&state={state}&%73tate=other")]
    [InlineData("code=c1&code=c1&state={state}")]
    [InlineData("code=c1&code=c2&state={state}")]
    [InlineData("code=c1&State={state}")]
    [InlineData("code=&state={state}")]
    [InlineData("code&state={state}")]
    [InlineData("state={state}")]
    [InlineData("error=access_denied")]
    [InlineData("error=access_denied&state=other")]
    [InlineData("error=access_denied&error=other&state={state}")]
    [InlineData("code=c1#state={state}")]
    [InlineData("code=c1;state={state}")]
    public void What_does_not_answer_this_request_counts_for_nothing(string query) =>
        Assert.Null(_request.Match(query.Replace("{state}", State, StringComparison.Ordinal)));

    [Fact]
    public void Another_requests_response_counts_for_nothing() =>
        Assert.Null(New().Match($"code=c1&state={State}"));

    [Theory]
    [InlineData("a%2Bb%2Fc%3D", "a+b/c=")]
    [InlineData("a+b", "a b")]
    [InlineData("a=b==", "a=b==")]
    [InlineData("%", "%")]
    [InlineData("%zz", "%zz")]
    [InlineData("%C3%A9", "é")]
    public void Percent_and_plus_are_decoded(string sent, string code) =>
        Assert.Equal(code, _request.Match($"code={sent}&state={State}")?.Code);

    [Fact]
    public void An_error_is_told_with_what_the_server_says_about_it()
    {
        var response = _request.Match($"error=access_denied&error_description=you+said+no%21&state={State}");

        Assert.Equal(new OAuthError("access_denied", "you said no!"), response?.Error);
        Assert.Null(response?.Code);
    }

    [Fact]
    public void An_error_with_a_code_is_an_error() =>
        Assert.Null(_request.Match($"code=c1&error=server_error&state={State}")?.Code);

    [Theory]
    [InlineData(true, "&iss=https%3A%2F%2Fid.example", true)]
    [InlineData(false, "&iss=https%3A%2F%2Fid.example", true)]
    [InlineData(false, "", true)]
    [InlineData(true, "", false)]
    [InlineData(true, "&iss=", false)]
    [InlineData(false, "&iss=", false)]
    [InlineData(true, "&iss=https%3A%2F%2Fevil.example", false)]
    [InlineData(false, "&iss=https%3A%2F%2Fevil.example", false)]
    [InlineData(true, "&iss=https%3A%2F%2Fid.example%2F", false)]
    [InlineData(true, "&iss=https%3A%2F%2Fid.example&iss=https%3A%2F%2Fid.example", false)]
    public void The_issuer_of_RFC_9207_is_compared_where_sent_and_demanded_where_promised(bool promised, string issuer, bool believed)
    {
        var request = New(responseNamesIssuer: promised);

        Assert.Equal(believed, request.Match($"code=c1&state={Parameter(request, "state")}{issuer}") is not null);
        Assert.Equal(believed, request.Match($"error=access_denied&state={Parameter(request, "state")}{issuer}") is not null);
    }

    [Fact]
    public void A_response_prints_no_code() => Assert.Equal("AuthorizationResponse", $"{_request.Match($"code=c1&state={State}")}");

    private static string Verifier(AuthorizationRequest request) =>
        request.TokenRequest("").Single(parameter => parameter.Key == "code_verifier").Value;
}
