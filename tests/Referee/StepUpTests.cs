using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using LocalService.Hosting;
using static Referee.Visit;
using Acrs = LocalService.Protocol.Acrs;

namespace Referee;

/// <summary>RFC 9470, and what OpenID Connect Core says of acr_values, max_age and prompt.</summary>
public sealed class StepUpTests : IAsyncLifetime
{
    private const string Verifier = "a-code-verifier-of-more-than-forty-three-characters";

    private IdentityService _service = null!;
    private Visit _visit = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _service = await IdentityService.StartAsync();
        _visit = new Visit(_service);
    }

    public async ValueTask DisposeAsync()
    {
        _visit.Dispose();
        await _service.DisposeAsync();
    }

    private async Task<(HttpStatusCode Status, string Challenge)> AskAsync(JsonObject tokens)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{_service.Issuer}/api/things");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (string)tokens["access_token"]!);
        using var response = await _visit.Http.SendAsync(request, Stop);
        return (response.StatusCode, response.Headers.WwwAuthenticate.ToString());
    }

    private static JsonNode IdToken(JsonObject tokens) =>
        JsonNode.Parse(Base64Url.DecodeFromChars(((string)tokens["id_token"]!).Split('.')[1]))!;

    private async Task<JsonObject> SignInAsync(string more) =>
        (await _visit.RedeemAsync(Query(await _visit.AuthorizeAsync(Challenge(Verifier), more: more), "code"), Verifier)).Body;

    [Fact]
    public async Task The_api_says_which_sign_in_it_wants()
    {
        var tokens = await SignInAsync("");
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(tokens)).Status);

        _service.Settings.ApiAcr = Acrs.Strong;
        _service.Settings.ApiMaxAge = TimeSpan.FromSeconds(60);
        Assert.Equal(
            (HttpStatusCode.Unauthorized,
                "Bearer error=\"insufficient_user_authentication\", error_description=\"A stronger or a newer sign-in is needed.\", "
                + "acr_values=\"urn:local:strong\", max_age=\"60\""),
            await AskAsync(tokens));
        var strong = await SignInAsync("&acr_values=urn:local:strong&max_age=60");
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(strong)).Status);
        _service.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(strong)).Status);
    }

    [Fact]
    public async Task The_ID_token_says_how_and_when_and_a_refresh_repeats_it()
    {
        var tokens = await SignInAsync("&acr_values=urn:other%20urn:local:strong");
        var refreshed = (await _visit.RefreshAsync((string)tokens["refresh_token"]!)).Body;

        Assert.Equal(Acrs.Strong, (string?)IdToken(tokens)["acr"]);
        Assert.Equal(Acrs.Strong, (string?)IdToken(refreshed)["acr"]);
        Assert.Equal((long?)IdToken(tokens)["auth_time"], (long?)IdToken(refreshed)["auth_time"]); // Core 12.2

        _service.Settings.IssueIdTokensOnRefresh = false;
        Assert.False((await _visit.RefreshAsync((string)refreshed["refresh_token"]!)).Body.ContainsKey("id_token"));
    }

    [Theory]
    [InlineData("&max_age=60", 61)]
    [InlineData("&max_age=0", 2)]
    [InlineData("&prompt=login", 2)]
    public async Task An_old_sign_in_is_made_anew_and_once_is_enough(string asked, int age)
    {
        using var browser = _service.NewBrowser();
        async Task<long> AuthTimeAsync(string more)
        {
            var sentTo = await browser.AuthorizeAsync(_visit.AuthorizationAddress(Challenge(Verifier), more: more), You, cancellationToken: Stop);
            return (long)IdToken((await _visit.RedeemAsync(Query(sentTo, "code"), Verifier)).Body)["auth_time"]!;
        }

        var first = await AuthTimeAsync("");
        _service.Clock.Advance(TimeSpan.FromSeconds(age));
        Assert.Equal(first, await AuthTimeAsync(""));

        Assert.InRange(await AuthTimeAsync(asked), first + age, long.MaxValue);
    }

    [Fact]
    public async Task A_device_sign_in_can_be_asked_for_the_same()
    {
        using var browser = _service.NewBrowser();
        async Task<JsonNode> SignInByDeviceAsync(params (string Name, string Value)[] more)
        {
            var device = (await _visit.PostAsync("device_authorization", [("client_id", Client), ("scope", "openid"), .. more])).Body;
            await browser.ApproveDeviceAsync(new Uri((string)device["verification_uri_complete"]!), You, Stop);
            return IdToken((await _visit.PollAsync(device)).Body);
        }

        var first = await SignInByDeviceAsync();
        _service.Clock.Advance(TimeSpan.FromSeconds(61));
        var again = await SignInByDeviceAsync(("max_age", "60"), ("acr_values", Acrs.Strong));

        Assert.Equal((Acrs.Password, Acrs.Strong), ((string?)first["acr"], (string?)again["acr"]));
        Assert.True((long)again["auth_time"]! > (long)first["auth_time"]!);
    }

    [Fact]
    public async Task A_client_cannot_say_itself_that_the_person_signed_in_again()
    {
        using var browser = _service.NewBrowser();
        await browser.AuthorizeAsync(_visit.AuthorizationAddress(Challenge(Verifier)), You, cancellationToken: Stop);
        var sentTo = await browser.AuthorizeAsync(
            _visit.AuthorizationAddress(Challenge(Verifier), more: "&max_age=0&prompt=none&asked_again=0"), You, cancellationToken: Stop);

        Assert.Equal("login_required", Query(sentTo, "error"));
    }
}
