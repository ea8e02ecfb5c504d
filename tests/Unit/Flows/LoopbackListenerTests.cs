using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Datagen.Auth;
using Datagen.Flows;
using Datagen.Protocol;
using Unit.World;

namespace Unit.Flows;

public sealed partial class LoopbackListenerTests : IDisposable
{
    private readonly LoopbackListener _listener = new(0);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Uri Callback => new($"{_listener.RedirectUri}?code=c1&state=s1");

    private string Host => $"Host: {_listener.RedirectUri.Authority}";

    public void Dispose() => _listener.Dispose();

    /// <summary>The next request that is let through, given a page.</summary>
    private async Task<string> Deliver()
    {
        using var request = await _listener.NextAsync(Ct).AsTask().WaitAsync(TimeSpan.FromSeconds(20), Ct);
        await request.AnswerAsync(AnswerPage.SignedIn("GenLabZ"));
        return request.Query;
    }

    private async Task StillDelivers()
    {
        var answer = Visitor.Get(Callback);
        Assert.Equal("code=c1&state=s1", await Deliver());
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://localhost/signed-in", 0, @"^http://localhost:[1-9]\d+/signed-in$")]
    [InlineData("http://127.0.0.1/", 0, @"^http://127\.0\.0\.1:[1-9]\d+/$")]
    [InlineData(null, 0, @"^http://127\.0\.0\.1:[1-9]\d+/callback$")]
    public void A_registered_redirect_address_gives_host_and_path(string? registered, int port, string pattern)
    {
        using var listener = new LoopbackListener(port, registered is null ? null : EndpointAddress.Redirect(registered, "X"));

        Assert.Matches(pattern, listener.RedirectUri.OriginalString);
    }

    [Theory]
    [InlineData("https://localhost:8400/callback")]
    [InlineData("http://evil.example/callback")]
    [InlineData("http://localhost:8400/callback?x=1")]
    [InlineData("http://localhost:8400/callback#x")]
    [InlineData("http://user@localhost:8400/callback")]
    [InlineData("localhost:8400")]
    public void A_redirect_address_elsewhere_is_refused(string registered) =>
        Assert.Throws<AuthException>(() => EndpointAddress.Redirect(registered, "GENLABZ_REDIRECT_URI"));

    [Fact]
    public void Listens_on_127_0_0_1_alone_on_a_port_that_the_system_chose()
    {
        Assert.Matches(@"^http://127\.0\.0\.1:\d+/callback$", _listener.RedirectUri.OriginalString);
        Assert.NotEqual(0, _listener.RedirectUri.Port);
        Assert.Equal(
            [IPAddress.Loopback],
            IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners()
                .Where(end => end.Port == _listener.RedirectUri.Port).Select(end => end.Address));
    }

    [Fact]
    public void Two_sign_ins_at_once_have_two_ports()
    {
        using var other = new LoopbackListener(0);

        Assert.NotEqual(_listener.RedirectUri.Port, other.RedirectUri.Port);
    }

    [Fact]
    public void A_port_in_use_is_told_with_what_helps()
    {
        var problem = Assert.Throws<AuthException>(() => new LoopbackListener(_listener.RedirectUri.Port));

        Assert.Equal($"can't listen on 127.0.0.1:{_listener.RedirectUri.Port}, where the browser would come back to", problem.Message);
        Assert.Equal("choose another --port", problem.Hint);
    }

    [Fact]
    public void A_port_can_be_chosen_and_is_free_again_afterwards()
    {
        int port;
        using (var first = new LoopbackListener(0)) port = first.RedirectUri.Port;

        using (var chosen = new LoopbackListener(port)) Assert.Equal(port, chosen.RedirectUri.Port);
        using var again = new LoopbackListener(port);
    }

    [Fact]
    public async Task A_browser_is_let_through_with_its_query_undecoded()
    {
        var answer = Visitor.Get(new Uri($"{_listener.RedirectUri}?code=a%2Bb&state=s+1&x"));

        Assert.Equal("code=a%2Bb&state=s+1&x", await Deliver());
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /callback?a=1?b=2 HTTP/1.1\r\n{host}\r\n\r\n", "a=1?b=2")]
    [InlineData("GET /callback HTTP/1.1\r\n{host}\r\n\r\n", "")]
    [InlineData("GET /callback? HTTP/1.1\r\n{host}\r\n\r\n", "")]
    [InlineData("GET /callback?a=1 HTTP/1.0\r\n{host}\r\n\r\n", "a=1")]
    [InlineData("GET /callback?a=1 HTTP/1.1\r\nCookie: {long}\r\nhost:{authority}  \r\n\r\n", "a=1")]
    [InlineData("GET /callback?a={long} HTTP/1.1\r\n{host}\r\n\r\n", "a={long}")]
    public async Task Unusual_but_right_requests_are_let_through(string request, string query)
    {
        var answer = Visitor.Send(_listener.RedirectUri, Written(request));

        Assert.Equal(Written(query), await Deliver());
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n{host}\r\n\r\n")]
    [InlineData("GET /favicon.ico HTTP/1.1\r\n{host}\r\n\r\n")]
    [InlineData("GET /callback/?code=c1 HTTP/1.1\r\n{host}\r\n\r\n")]
    [InlineData("GET /callback/../callback?code=c1 HTTP/1.1\r\n{host}\r\n\r\n")]
    [InlineData("GET /Callback?code=c1 HTTP/1.1\r\n{host}\r\n\r\n")]
    [InlineData("GET /%63allback?code=c1 HTTP/1.1\r\n{host}\r\n\r\n")]
    [InlineData("GET //callback?code=c1 HTTP/1.1\r\n{host}\r\n\r\n")]
    [InlineData("GET http://{authority}/callback?code=c1 HTTP/1.1\r\n{host}\r\n\r\n")]
    [InlineData("POST /callback?code=c1 HTTP/1.1\r\n{host}\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HEAD /callback?code=c1 HTTP/1.1\r\n{host}\r\n\r\n")]
    [InlineData("OPTIONS /callback?code=c1 HTTP/1.1\r\n{host}\r\nOrigin: https://evil.example\r\n\r\n")]
    [InlineData("get /callback?code=c1 HTTP/1.1\r\n{host}\r\n\r\n")]
    [InlineData("GET /callback?code=c1 HTTP/2.0\r\n{host}\r\n\r\n")]
    [InlineData("GET /callback?code=c1\r\n{host}\r\n\r\n")]
    [InlineData("GET  /callback?code=c1 HTTP/1.1\r\n{host}\r\n\r\n")]
    [InlineData("GET /callback?code=c1 HTTP/1.1 x\r\n{host}\r\n\r\n")]
    [InlineData("GET /callback?code=c1 HTTP/1.1\r\n\r\n")]
    [InlineData("GET /callback?code=c1 HTTP/1.1\r\nHost: evil.example\r\n\r\n")]
    [InlineData("GET /callback?code=c1 HTTP/1.1\r\nHost: evil.example:{port}\r\n\r\n")]
    [InlineData("GET /callback?code=c1 HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n")]
    [InlineData("GET /callback?code=c1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")]
    [InlineData("GET /callback?code=c1 HTTP/1.1\r\nHost: 127.0.0.1:{port}.evil.example\r\n\r\n")]
    [InlineData("GET /callback?code=c1 HTTP/1.1\r\nHost:\r\n\r\n")]
    [InlineData("GET /callback?code=c1 HTTP/1.1\r\n{host}\r\n{host}\r\n\r\n")]
    [InlineData("GET /callback?code=c1 HTTP/1.1\r\n{host}\r\nhost: evil.example\r\n\r\n")]
    [InlineData("GET /callback?code=c1 HTTP/1.1\r\nX-Host: {authority}\r\n\r\n")]
    [InlineData("\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\r\n\r\n")]
    public async Task Any_other_request_gets_404_and_the_next_good_one_is_let_through(string request)
    {
        var answer = await Visitor.Send(_listener.RedirectUri, Written(request));

        Assert.StartsWith("HTTP/1.1 404 Not Found\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nNot found\n", answer, StringComparison.Ordinal);
        await StillDelivers();
    }

    [Fact]
    public async Task A_head_without_end_is_not_read_without_end()
    {
        // It is closed with 404, or reset, as most of it is still on its way.
        var answer = await Visitor.Send(_listener.RedirectUri, $"GET /callback?code=c1 HTTP/1.1\r\n{Host}\r\nX: {new string('x', 40_000)}");

        Assert.DoesNotContain("200 OK", answer, StringComparison.Ordinal);
        await StillDelivers();
    }

    [Fact]
    public async Task Half_a_request_is_no_request()
    {
        using (var visitor = await Visitor.Connect(_listener.RedirectUri)) await visitor.Say($"GET /callback?code=c1 HTTP/1.1\r\n{Host}\r\n");

        await StillDelivers();
    }

    [Fact]
    public async Task A_request_that_arrives_in_pieces_is_put_together()
    {
        using var visitor = await Visitor.Connect(_listener.RedirectUri);
        foreach (var piece in Visitor.Head(Callback)) await visitor.Say($"{piece}");

        Assert.Equal("code=c1&state=s1", await Deliver());
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await visitor.Hear(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_that_dawdle_keep_nobody_waiting()
    {
        var dawdlers = new List<Visitor>();
        try
        {
            for (var i = 0; i < 40; i++)
            {
                dawdlers.Add(await Visitor.Connect(_listener.RedirectUri));
                if (i % 2 == 0) await dawdlers[^1].Say("GET /callb");
            }

            await StillDelivers();
        }
        finally
        {
            dawdlers.ForEach(dawdler => dawdler.Dispose());
        }
    }

    [Fact]
    public async Task Any_number_of_connections_that_dawdle_keeps_nobody_waiting()
    {
        var dawdlers = new List<Visitor>();
        try
        {
            // At five seconds for each, a browser behind these would wait for half a minute.
            for (var i = 0; i < 400; i++) dawdlers.Add(await Visitor.Connect(_listener.RedirectUri));

            await StillDelivers().WaitAsync(TimeSpan.FromSeconds(4), Ct);
        }
        finally
        {
            dawdlers.ForEach(dawdler => dawdler.Dispose());
        }
    }

    [Fact]
    public async Task A_flood_of_callbacks_that_nobody_asks_for_is_kept_within_bounds()
    {
        var flood = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            var visitor = await Visitor.Connect(_listener.RedirectUri);
            await visitor.Say(Visitor.Head(new Uri($"{_listener.RedirectUri}?code=c{i}&state=wrong")));
            return visitor;
        }));
        try
        {
            // All but 64 hear at once that they are too many.
            var turnedAway = flood.Select(visitor => visitor.Hear()).ToArray();
            await Eventually(() => turnedAway.Count(answer => answer.IsCompleted) == 136);

            for (var waiting = 0; waiting < 64; waiting++) (await _listener.NextAsync(Ct)).Dispose();
            await StillDelivers();
        }
        finally
        {
            Array.ForEach(flood, visitor => visitor.Dispose());
        }
    }

    private static async Task Eventually(Func<bool> condition)
    {
        for (var i = 0; i < 500 && !condition(); i++) await Task.Delay(10, Ct);
        Assert.True(condition());
    }

    [Fact]
    public async Task A_browser_that_waits_for_its_page_keeps_nobody_waiting()
    {
        var first = Visitor.Get(new Uri($"{_listener.RedirectUri}?code=first"));
        using var waiting = await _listener.NextAsync(Ct);

        await StillDelivers();

        await waiting.AnswerAsync(AnswerPage.SignedIn("GenLabZ"));
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await first, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_hundred_stray_requests_at_once_are_all_turned_away()
    {
        var strays = Enumerable.Range(0, 200).Select(i => Visitor.Send(_listener.RedirectUri, $"GET /{i} HTTP/1.1\r\n{Host}\r\n\r\n"));
        var all = Task.WhenAll(strays);

        await StillDelivers();

        Assert.All(await all, answer => Assert.StartsWith("HTTP/1.1 404", answer, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cancelling_ends_the_wait()
    {
        using var source = new CancellationTokenSource();
        var next = _listener.NextAsync(source.Token).AsTask();

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    [Fact]
    public async Task Once_disposed_nobody_is_listening_and_nobody_is_left_hanging()
    {
        Visitor undelivered, silent;
        Uri address;
        using (var listener = new LoopbackListener(0))
        {
            address = listener.RedirectUri;
            undelivered = await Visitor.Connect(address);
            await undelivered.Say(Visitor.Head(address));
            silent = await Visitor.Connect(address);
        }

        await Assert.ThrowsAnyAsync<SocketException>(() => Visitor.Connect(address));
        using (undelivered) Assert.Equal("", await undelivered.Hear());
        using (silent) Assert.Equal("", await silent.Hear());
    }

    [Fact]
    public async Task A_browser_that_is_gone_needs_no_page()
    {
        using (var visitor = await Visitor.Connect(_listener.RedirectUri)) await visitor.Say(Visitor.Head(Callback));

        for (var i = 0; i < 3; i++)
        {
            if (i > 0) _ = Visitor.Get(Callback);
            await Deliver();
        }
    }

    [Fact]
    public async Task The_page_comes_with_exactly_these_headers()
    {
        var page = AnswerPage.SignedIn("GenLabZ");
        var answer = Visitor.Get(Callback);
        await Deliver();

        Assert.Equal(
            $"""
            HTTP/1.1 200 OK
            Content-Type: text/html; charset=utf-8
            Content-Length: {Encoding.UTF8.GetByteCount(page.Html)}
            Connection: close
            Content-Security-Policy: {page.ContentSecurityPolicy}
            Referrer-Policy: no-referrer
            Cache-Control: no-store
            X-Content-Type-Options: nosniff


            """.ReplaceLineEndings("\r\n") + page.Html,
            await answer);
    }

    [Fact]
    public async Task A_404_loads_and_says_nothing() =>
        Assert.Equal(
            """
            HTTP/1.1 404 Not Found
            Content-Type: text/plain; charset=utf-8
            Content-Length: 10
            Connection: close
            Content-Security-Policy: default-src 'none'
            Referrer-Policy: no-referrer
            Cache-Control: no-store
            X-Content-Type-Options: nosniff

            Not found

            """.ReplaceLineEndings("\r\n").Replace("found\r\n", "found\n", StringComparison.Ordinal),
            await Visitor.Get(new Uri($"http://{_listener.RedirectUri.Authority}/")));

    [Fact]
    public void The_pages_policy_allows_its_own_style_and_nothing_else()
    {
        var page = AnswerPage.NotSignedIn("GenLabZ", "because");
        var style = StyleElement().Match(page.Html).Groups[1].Value;

        Assert.Equal(
            $"default-src 'none'; img-src data:; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)))}'; "
                + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            page.ContentSecurityPolicy);
        Assert.Single(StyleElement().Matches(page.Html));
        Assert.DoesNotMatch("(?i)<script|javascript:|style=|\\son[a-z]+=|https?:|src=", page.Html);
    }

    [Fact]
    public void Foreign_text_in_the_page_is_text()
    {
        var page = AnswerPage.NotSignedIn("A & B", "<script>alert('x')</script> \"quoted\" </title></style>");

        Assert.Contains("<title>Not signed in to A &amp; B</title>", page.Html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &quot;quoted&quot; &lt;/title&gt;&lt;/style&gt;. Go back", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page.Html, StringComparison.Ordinal);
    }

    private string Written(string request) => request
        .Replace("{host}", Host, StringComparison.Ordinal)
        .Replace("{authority}", _listener.RedirectUri.Authority, StringComparison.Ordinal)
        .Replace("{port}", $"{_listener.RedirectUri.Port}", StringComparison.Ordinal)
        .Replace("{long}", new string('x', 20_000), StringComparison.Ordinal);

    [GeneratedRegex("<style>(.*?)</style>", RegexOptions.Singleline)]
    private static partial Regex StyleElement();
}
