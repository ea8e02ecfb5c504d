using System.Net;
using System.Text.Json.Nodes;
using System.Web;
using LocalService.Faults;

namespace WholeProgram.SigningInByBrowser;

/// <summary>The browser comes back to the loopback address.</summary>
public class ByCallback : Situation
{
    private static readonly HttpClient s_http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });

    private static string? Query(Uri address, string name) => HttpUtility.ParseQueryString(address.Query)[name];

    private static async Task<Uri> AddressAsync(Started login) => new(await login.SaysAsync(@"^Open: (\S+)\r?\n", Stop));

    /// <summary>The person approves; what the page at the end says is returned.</summary>
    private async Task<string> ComeBackAsync(Uri address, bool approve = true)
    {
        using var browser = Service.NewBrowser();
        using var page = await browser.AuthorizeAndFollowAsync(address, Author, approve, Stop);
        return await page.Content.ReadAsStringAsync(Stop);
    }

    [Fact]
    public async Task Says_the_documents_sentence_and_keeps_what_the_contract_lists()
    {
        using var login = GenLabZ.Start("auth", "login");
        var page = await ComeBackAsync(await AddressAsync(login));
        var run = await login.ExitAsync(Stop);

        Assert.Equal((0, $"Logged in successfully. Token expires at {GenLabZFile["expires_at"]}\n"), (run.ExitCode, run.StandardOutput));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", GenLabZFile["expires_at"]);
        Assert.Contains("<h1>Signed in to GenLabZ</h1>", page, StringComparison.Ordinal);
        Assert.Equal(
            [
                "access_token", "token_type", "email", "groups", "stored_at", "expires_at", "refresh_token", "id_token", "issuer", "client_id",
                "endpoints",
            ],
            GenLabZFile.Json.Select(member => member.Key));
        Assert.Equal(("you@example.com", """["authors"]"""), (GenLabZFile["email"], GenLabZFile.Json["groups"]!.ToJsonString()));
        Assert.Equal((OwnerOnly, OwnerOnly | UnixFileMode.UserExecute), (GenLabZFile.Mode, GenLabZFile.FolderMode));
        Assert.Equal(
            ["GET /.well-known/openid-configuration", "POST /token", "GET /jwks"],
            Requests.Where(request => !request.Contains("/authorize", StringComparison.Ordinal)
                && !request.Contains("/signin", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Says_the_same_in_JSON()
    {
        using var login = GenLabZ.Start("auth", "login", "--format", "json");
        await ComeBackAsync(await AddressAsync(login));

        Assert.Equal(
            $$"""{"status":"authenticated","email":"you@example.com","groups":["authors"],"expires_at":"{{(await login.ExitAsync(Stop), GenLabZFile["expires_at"]).Item2}}"}""" + "\n",
            (await login.ExitAsync(Stop)).StandardOutput);
    }

    [Fact]
    public async Task Asks_with_S256_a_state_and_a_nonce_and_proves_it_with_the_verifier()
    {
        using var login = GenLabZ.Start("auth", "login");
        var address = await AddressAsync(login);
        await ComeBackAsync(address);
        await login.ExitAsync(Stop);

        Assert.Equal(("code", "S256", "genlabz-cli"), (Query(address, "response_type"), Query(address, "code_challenge_method"), Query(address, "client_id")));
        Assert.Equal(("openid email offline_access", "consent"), (Query(address, "scope"), Query(address, "prompt")));
        Assert.Matches(@"^http://127\.0\.0\.1:\d+/callback$", Query(address, "redirect_uri"));
        Assert.All(["state", "nonce", "code_challenge"], name => Assert.Matches("^[A-Za-z0-9_-]{43}$", Query(address, name)));
        var exchange = Assert.Single(Service.Log.To("/token"));
        Assert.Equal(("authorization_code", Query(address, "redirect_uri")), (exchange.Field("grant_type"), exchange.Field("redirect_uri")));
        Assert.Matches("^[A-Za-z0-9_-]{43}$", exchange.Field("code_verifier"));
    }

    [Fact]
    public async Task Listens_on_the_port_asked_for()
    {
        int port;
        using (var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        using var login = GenLabZ.Start("auth", "login", "--port", $"{port}");
        var address = await AddressAsync(login);
        await ComeBackAsync(address);

        Assert.Equal($"http://127.0.0.1:{port}/callback", Query(address, "redirect_uri"));
        Assert.Equal(0, (await login.ExitAsync(Stop)).ExitCode);
    }

    [Fact]
    public async Task Stray_and_forged_requests_get_404_and_the_wait_goes_on()
    {
        using var login = GenLabZ.Start("auth", "login");
        var address = await AddressAsync(login);
        var callback = new Uri(Query(address, "redirect_uri")!);
        var state = Query(address, "state");
        string[] strays =
        [
            new Uri(callback, "/favicon.ico").ToString(), new Uri(callback, "/").ToString(), $"{callback}", $"{callback}?code=x",
            $"{callback}?code=x&state=wrong", $"{callback}?error=access_denied&state=wrong", $"{callback}?code=x&state={state}&iss=https://evil.example",
            $"{callback}?code=x&state={state}&state={state}", $"{callback}?code=x&state={state}", // no iss, though this server's metadata promises it
        ];
        foreach (var stray in strays) Assert.Equal(HttpStatusCode.NotFound, (await s_http.GetAsync(stray, Stop)).StatusCode);
        using var posted = await s_http.PostAsync(callback, null, Stop);
        Assert.Equal(HttpStatusCode.NotFound, posted.StatusCode);
        using var rebound = new HttpRequestMessage(HttpMethod.Get, $"{callback}?code=x&state={state}") { Headers = { Host = "evil.example" } };
        Assert.Equal(HttpStatusCode.NotFound, (await s_http.SendAsync(rebound, Stop)).StatusCode);

        await ComeBackAsync(address);

        Assert.Equal(0, (await login.ExitAsync(Stop)).ExitCode);
        Assert.Single(Service.Log.To("/token"));
    }

    [Fact]
    public async Task A_denial_is_told_as_one_on_the_page_and_in_the_terminal()
    {
        await SignedInToGenLabZAsync();
        var before = GenLabZFile.Bytes();
        using var login = GenLabZ.Start("auth", "login");

        var page = await ComeBackAsync(await AddressAsync(login), approve: false);
        var run = await login.ExitAsync(Stop);

        Assert.Equal((5, ""), (run.ExitCode, run.StandardOutput));
        Assert.Contains("error: the sign-in was denied in the browser\n", run.StandardError, StringComparison.Ordinal);
        Assert.Contains("<h1>Not signed in to GenLabZ</h1>", page, StringComparison.Ordinal);
        Assert.Contains("denied", page, StringComparison.Ordinal);
        Assert.Equal(before, GenLabZFile.Bytes());
    }

    [Fact]
    public async Task A_code_that_the_server_does_not_redeem_is_told_on_the_page_too()
    {
        Service.Faults.Add(new Fault("/token") { Status = 400, Body = """{"error":"invalid_grant","error_description":"<b>no</b>"}""" });
        using var login = GenLabZ.Start("auth", "login");

        var page = await ComeBackAsync(await AddressAsync(login));
        var run = await login.ExitAsync(Stop);

        Assert.Equal((1, ""), (run.ExitCode, run.StandardOutput));
        Assert.Contains("invalid_grant", run.StandardError, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;no&lt;/b&gt;", page, StringComparison.Ordinal);
        Assert.False(GenLabZFile.Exists);
    }

    [Fact]
    public async Task An_ID_token_that_cannot_be_believed_stores_nothing_and_the_page_says_so()
    {
        Service.Faults.Add(new Fault("/jwks") { Body = """{"keys":[]}""" });
        using var login = GenLabZ.Start("auth", "login");

        var page = await ComeBackAsync(await AddressAsync(login));
        var run = await login.ExitAsync(Stop);

        Assert.Equal((1, ""), (run.ExitCode, run.StandardOutput));
        Assert.Contains("ID token can't be believed", run.StandardError, StringComparison.Ordinal);
        Assert.Contains("Not signed in", page, StringComparison.Ordinal);
        Assert.False(GenLabZFile.Exists);
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("ES256")]
    public async Task Both_kinds_of_signature_are_understood(string algorithm)
    {
        Service.Settings.IdTokenAlgorithm = algorithm;
        using var login = GenLabZ.Start("auth", "login");

        await ComeBackAsync(await AddressAsync(login));

        Assert.Equal(0, (await login.ExitAsync(Stop)).ExitCode);
    }

    [Fact]
    public async Task Ctrl_C_stores_nothing_and_frees_the_port()
    {
        using var login = GenLabZ.Start("auth", "login");
        var address = await AddressAsync(login);

        login.Send(Signal.Interrupt);
        var run = await login.ExitAsync(Stop);

        Assert.Equal((130, ""), (run.ExitCode, run.StandardOutput));
        Assert.False(GenLabZFile.Exists);
        await Assert.ThrowsAsync<HttpRequestException>(() => s_http.GetAsync(Query(address, "redirect_uri"), Stop));
    }

    [Fact]
    public async Task Datagen_can_sign_in_by_browser_as_well()
    {
        using var login = Datagen.Start("auth", "login", "--flow", "browser");
        using var browser = Service.NewBrowser();
        using var page = await browser.AuthorizeAndFollowAsync(await AddressAsync(login), You, approve: true, Stop);

        Assert.Equal(
            "status: authenticated\nemail: you@yourcompany.com\nactive_org_slug: yourcompany\n", (await login.ExitAsync(Stop)).StandardOutput);
    }

    [Fact]
    public async Task GenLabZ_can_sign_in_by_device_as_well()
    {
        using var login = GenLabZ.Start("auth", "login", "--flow", "device");
        await ApproveAsync(login, Author);
        var run = await login.ExitAsync(Stop);

        Assert.Equal($"Logged in successfully. Token expires at {GenLabZFile["expires_at"]}\n", run.StandardOutput);
        Assert.Equal(JsonNode.Parse("""["authors"]""")!.ToJsonString(), GenLabZFile.Json["groups"]!.ToJsonString());
    }
}
