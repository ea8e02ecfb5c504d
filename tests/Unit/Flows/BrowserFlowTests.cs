using System.Collections.Concurrent;
using System.Threading.Channels;
using Datagen.Auth;
using Datagen.Console;
using Datagen.Flows;
using Datagen.Protocol;
using Datagen.Sessions;
using Unit.World;

namespace Unit.Flows;

public sealed class BrowserFlowTests : IDisposable
{
    private const string TokenAddress = "https://id.example/token";
    private const string Tokens = """{"access_token":"at","token_type":"Bearer","expires_in":3600}""";
    private const string Refused = """{"error":"invalid_grant","error_description":"no such code"}""";

    private readonly LoopbackListener _listener = new(0);
    private readonly StillClock _clock = new();
    private readonly ScriptedServer _server = new();
    private readonly ConcurrentQueue<string> _notes = new();
    private readonly Channel<string?> _pasted = Channel.CreateUnbounded<string?>();
    private readonly AuthorizationRequest _request;
    private Uri? _shown;
    private bool _listenerIsGone;

    public BrowserFlowTests() => _request = new AuthorizationRequest(
        new Uri("https://id.example/authorize"), "https://id.example", false, new OAuthClient("genlabz-cli", null), "openid", [], _listener.RedirectUri);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string State => _request.Address().Query.Split("&state=")[1].Split('&')[0];

    private string Verifier => _request.TokenRequest("").Single(parameter => parameter.Key == "code_verifier").Value;

    private string ExchangeOf(string code) =>
        $"POST {TokenAddress} grant_type=authorization_code&code={code}"
        + $"&redirect_uri={Uri.EscapeDataString(_listener.RedirectUri.OriginalString)}&client_id=genlabz-cli&code_verifier={Verifier}";

    public void Dispose()
    {
        if (!_listenerIsGone) _listener.Dispose();
        _server.Dispose();
    }

    private void CloseListener()
    {
        _listener.Dispose();
        _listenerIsGone = true;
    }

    private static Task<T> Soon<T>(Task<T> task) => task.WaitAsync(TimeSpan.FromSeconds(20), Ct);

    private Task<TokenGrant> SignIn(bool paste = false, CancellationToken? cancellation = null)
    {
        var prompts = new SignInPrompts
        {
            ShowAddress = address => _shown = address,
            ReadPasted = paste ? async stop => await _pasted.Reader.ReadAsync(stop) : null,
            Note = _notes.Enqueue,
        };
        return Soon(new BrowserFlow(_server.Client, _clock, prompts, "GenLabZ")
            .SignInAsync(_listener, _request, new Uri(TokenAddress), cancellation ?? Ct));
    }

    private Uri Callback(string query) => new($"{_listener.RedirectUri}?{query.Replace("{state}", State, StringComparison.Ordinal)}");

    private Task<string> Browse(string query) => Visitor.Get(Callback(query));

    private void Paste(string? line) => Assert.True(_pasted.Writer.TryWrite(line));

    [Fact]
    public async Task Exchanges_the_code_exactly_as_the_RFCs_ask_for()
    {
        _server.Answers(TokenAddress, Tokens);
        var signIn = SignIn();
        var page = Browse("code=c%2B1&state={state}");

        using (var grant = await signIn)
        {
            Assert.Equal("at", grant.Token.AccessToken);
            Assert.Equal(_request.Nonce, grant.Nonce);
            await grant.TellBrowserAsync(AnswerPage.SignedIn("GenLabZ"));
        }

        Assert.Equal([ExchangeOf("c%2B1")], _server.Requests);
        Assert.Equal(_request.Address(), _shown);
        Assert.Contains("<h1>Signed in to GenLabZ</h1>", await page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_browser_is_told_nothing_before_everything_has_succeeded()
    {
        _server.Answers(TokenAddress, Tokens);
        var signIn = SignIn();
        var page = Browse("code=c1&state={state}");

        using var grant = await signIn;

        Assert.False(page.IsCompleted);
        await grant.TellBrowserAsync(AnswerPage.NotSignedIn("GenLabZ", "the disk is full"));
        Assert.Contains("the disk is full. Go back to your terminal", await page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("code=evil&state=other")]
    [InlineData("code=evil")]
    [InlineData("error=access_denied&state=other")]
    [InlineData("error=access_denied")]
    [InlineData("code=evil&state={state}&iss=https%3A%2F%2Fevil.example")]
    [InlineData("code=evil&code=c1&state={state}")]
    public async Task A_stray_callback_gets_404_and_the_right_one_still_counts(string stray)
    {
        _server.Answers(TokenAddress, Tokens);
        var signIn = SignIn();

        Assert.StartsWith("HTTP/1.1 404 Not Found\r\n", await Browse(stray), StringComparison.Ordinal);
        _ = Browse("code=c1&state={state}");
        using var grant = await signIn;

        Assert.Equal([ExchangeOf("c1")], _server.Requests);
    }

    [Fact]
    public async Task Denial_ends_it_and_the_page_says_so()
    {
        var signIn = SignIn();
        var page = Browse("error=access_denied&error_description=no&state={state}");

        Assert.Equal("the sign-in was denied in the browser", (await Assert.ThrowsAsync<SignInFailedException>(() => signIn)).Message);

        Assert.Contains("<h1>Not signed in to GenLabZ</h1>\n<p>the sign-in was denied in the browser. Go back", await page, StringComparison.Ordinal);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Another_error_ends_it_with_the_servers_words_made_harmless()
    {
        var signIn = SignIn();
        var page = Browse("error=server_error&error_description=%3Cb%3Ebroken%1b%5B2J&state={state}");

        var failure = await Assert.ThrowsAsync<AuthException>(() => signIn);

        Assert.Equal("id.example refused the sign-in: <b>broken[2J (server_error)", failure.Message);
        Assert.Contains("&lt;b&gt;broken[2J (server_error). Go back", await page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_that_the_server_refuses_ends_it_and_the_page_says_so()
    {
        _server.Answers(TokenAddress, Refused, 400);
        var signIn = SignIn();
        var page = Browse("code=c1&state={state}");

        Assert.Equal("id.example refused the sign-in: no such code (invalid_grant)", (await Assert.ThrowsAsync<AuthException>(() => signIn)).Message);
        Assert.Contains("Not signed in to GenLabZ", await page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_out_of_reach_ends_it_and_the_page_says_so()
    {
        _server.Drops(TokenAddress);
        var signIn = SignIn();
        var page = Browse("code=c1&state={state}");

        await Assert.ThrowsAsync<ServiceUnreachableException>(() => signIn);
        Assert.Contains("Not signed in to GenLabZ", await page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_callback_twice_is_one_exchange()
    {
        var bothAreHere = new TaskCompletionSource();
        _server.Does(TokenAddress, async _ =>
        {
            await bothAreHere.Task;
            return ScriptedServer.Answer(Tokens);
        });
        var signIn = SignIn();
        var pages = new[] { Browse("code=c1&state={state}"), Browse("code=c1&state={state}") };
        while (_server.Requests.Count == 0) await Task.Yield();
        bothAreHere.SetResult();

        using (var grant = await signIn) await grant.TellBrowserAsync(AnswerPage.SignedIn("GenLabZ"));

        Assert.Contains("Signed in", await await Task.WhenAny(pages), StringComparison.Ordinal);
        CloseListener();
        await Task.WhenAll(pages);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task It_gives_up_after_five_minutes_of_silence()
    {
        var signIn = SignIn();

        _clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        Assert.StartsWith("HTTP/1.1 404", await Browse("code=c1&state=other"), StringComparison.Ordinal);
        Assert.False(signIn.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("nobody signed in within 5 minutes", (await Assert.ThrowsAsync<SignInFailedException>(() => signIn)).Message);
    }

    [Fact]
    public async Task Cancelling_ends_it()
    {
        using var source = new CancellationTokenSource();
        var signIn = SignIn(paste: true, source.Token);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => signIn);
    }

    [Fact]
    public async Task The_address_can_be_pasted()
    {
        _server.Answers(TokenAddress, Tokens);
        var signIn = SignIn(paste: true);

        Paste($"  {Callback("code=c%2B1&state={state}")}#_=_\r\n");
        using var grant = await signIn;

        Assert.Equal([ExchangeOf("c%2B1")], _server.Requests);
        Assert.Equal(_request.Nonce, grant.Nonce);
        Assert.Empty(_notes);
    }

    [Fact]
    public async Task The_code_alone_can_be_pasted()
    {
        _server.Answers(TokenAddress, Tokens);
        var signIn = SignIn(paste: true);

        Paste("4/0Ab_c-d.e~f==\n");
        using var grant = await signIn;

        Assert.Equal([ExchangeOf("4%2F0Ab_c-d.e%7Ef%3D%3D")], [_server.Requests.Single().Replace("~", "%7E", StringComparison.Ordinal)]);
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/callback?code=evil&state=other")]
    [InlineData("https://id.example/authorize")]
    [InlineData("{callback}?state={state}")]
    [InlineData("{callback}?code=c1")]
    [InlineData("?")]
    [InlineData("yes please")]
    [InlineData("c1\u001b[2J")]
    [InlineData("ção")]
    public async Task Nonsense_is_told_as_that_and_what_is_pasted_next_counts(string nonsense)
    {
        _server.Answers(TokenAddress, Tokens);
        var signIn = SignIn(paste: true);

        Paste(nonsense.Replace("{callback}", $"{_listener.RedirectUri}", StringComparison.Ordinal).Replace("{state}", State, StringComparison.Ordinal));
        Paste("\n");
        Paste($"{Callback("code=c1&state={state}")}\n");
        using var grant = await signIn;

        Assert.Equal([ExchangeOf("c1")], _server.Requests);
        Assert.Equal("that address does not belong to this sign-in; paste the one your browser was sent to at the end", Assert.Single(_notes));
    }

    [Fact]
    public async Task A_pasted_code_that_the_server_refuses_can_be_followed_by_the_right_one()
    {
        _server.Answers(TokenAddress, Refused, 400).Answers(TokenAddress, Tokens);
        var signIn = SignIn(paste: true);

        Paste("c0\n");
        Paste("c1\n");
        using var grant = await signIn;

        Assert.Equal([ExchangeOf("c0"), ExchangeOf("c1")], _server.Requests);
        Assert.Equal("the server does not accept that code: no such code (invalid_grant)", Assert.Single(_notes));
    }

    [Fact]
    public async Task A_pasted_denial_is_a_denial()
    {
        var signIn = SignIn(paste: true);

        Paste($"{Callback("error=access_denied&state={state}")}\n");

        await Assert.ThrowsAsync<SignInFailedException>(() => signIn);
    }

    [Fact]
    public async Task When_nobody_can_paste_any_more_the_browser_can_still_come_back()
    {
        _server.Answers(TokenAddress, Tokens);
        var signIn = SignIn(paste: true);

        Paste(null);
        _ = Browse("code=c1&state={state}");
        using var grant = await signIn;

        Assert.NotNull(grant.Browser);
    }

    [Fact]
    public async Task Reading_ends_with_the_sign_in()
    {
        _server.Answers(TokenAddress, Tokens);
        var signIn = SignIn(paste: true);
        _ = Browse("code=c1&state={state}");
        using var grant = await signIn;

        Paste("left for whoever reads next\n");
        Assert.True(_pasted.Reader.TryRead(out _));
    }

    [Fact]
    public async Task A_code_that_is_pasted_while_the_browser_brings_it_is_exchanged_once()
    {
        // A server ends the session it gave for a code that comes a second time (RFC 6749 section 4.1.2).
        for (var i = 0; i < 200; i++)
        {
            using var one = new BrowserFlowTests();
            await one.BrowserAndPasteAtOnce();
            Assert.Single(one._server.Requests);
        }
    }

    private async Task BrowserAndPasteAtOnce()
    {
        var bothAreHere = new TaskCompletionSource();
        var exchanging = new TaskCompletionSource();
        _server.Does(TokenAddress, async _ =>
        {
            exchanging.SetResult();
            await bothAreHere.Task;
            return ScriptedServer.Answer(Tokens);
        }).Answers(TokenAddress, Refused, 400);
        var signIn = SignIn(paste: true);
        _ = Browse("code=c1&state={state}");
        await exchanging.Task;
        Paste($"{Callback("code=c1&state={state}")}\n");
        while (_pasted.Reader.Count > 0) await Task.Yield();
        bothAreHere.SetResult();

        using var grant = await signIn;
    }

    [Fact]
    public async Task A_browser_that_comes_while_a_pasted_code_wins_is_not_left_hanging()
    {
        var browserIsHere = new TaskCompletionSource();
        _server.Does(TokenAddress, async _ =>
        {
            await browserIsHere.Task;
            return ScriptedServer.Answer(Tokens);
        });
        var signIn = SignIn(paste: true);
        Paste("c1\n");
        while (_server.Requests.Count == 0) await Task.Yield();
        using var browser = await Visitor.Connect(_listener.RedirectUri);
        await browser.Say(Visitor.Head(Callback("code=c1&state={state}")));
        // A stray that is turned away only after the browser before it was taken up.
        Assert.StartsWith("HTTP/1.1 404", await Visitor.Get(new Uri(_listener.RedirectUri, "/stray")), StringComparison.Ordinal);
        browserIsHere.SetResult();

        using (var grant = await signIn) Assert.Null(grant.Browser);

        await Soon(browser.Hear());
    }

    [Fact]
    public async Task A_browser_whose_code_was_pasted_first_neither_ends_the_sign_in_nor_is_told_that_it_failed()
    {
        for (var i = 0; i < 100; i++)
        {
            using var one = new BrowserFlowTests();
            await one.PasteWhileTheBrowserWaits();
        }
    }

    private async Task PasteWhileTheBrowserWaits()
    {
        var browserIsHere = new TaskCompletionSource();
        _server.Does(TokenAddress, async _ =>
        {
            await browserIsHere.Task;
            return ScriptedServer.Answer(Tokens);
        });
        var signIn = SignIn(paste: true);
        Paste($"{Callback("code=c1&state={state}")}\n");
        while (_server.Requests.Count == 0) await Task.Yield();
        var page = Browse("code=c1&state={state}");
        Assert.StartsWith("HTTP/1.1 404", await Visitor.Get(new Uri(_listener.RedirectUri, "/stray")), StringComparison.Ordinal);
        browserIsHere.SetResult();

        using (var grant = await signIn) Assert.Equal("at", grant.Token.AccessToken);
        CloseListener();

        Assert.DoesNotContain("Not signed in", await page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grant_prints_no_token()
    {
        _server.Answers(TokenAddress, Tokens);
        var signIn = SignIn();
        _ = Browse("code=c1&state={state}");

        using var grant = await signIn;

        Assert.Equal("TokenGrant TokenResponse", $"{grant} {grant.Token}");
    }
}
