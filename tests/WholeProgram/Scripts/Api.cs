using System.Security.Cryptography;
using System.Text.Json.Nodes;
using LocalService.Observing;
using Microsoft.AspNetCore.Http;

namespace WholeProgram.Scripts;

/// <summary><c>datagen api PATH</c>.</summary>
public class Api : Situation
{
    private ApiServer _api = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _api = await ApiServer.StartAsync();
        _api.Knows(Service.IsActive);
    }

    public override async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private static Run Ok(string output) => new(0, output, "");

    private async Task SignedInForTheApiAsync()
    {
        await SignedInAsync();
        File.Set("api", _api.Address);
    }

    [Theory]
    [InlineData("datagen")]
    [InlineData("genlabz")]
    public async Task The_address_at_sign_in_is_kept_with_the_credential_and_used_from_then_on(string name)
    {
        var (cli, file, email) = name == "datagen" ? (Datagen, File, You) : (GenLabZ, GenLabZFile, Author);
        string[] flow = name == "datagen" ? [] : ["--flow", "device"];
        var run = await SignInAsync(cli.With($"{name.ToUpperInvariant()}_API", _api.Address), email, flow);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(_api.Address, file["api"]);

        Assert.Equal(Ok("{\"ok\":true}"), await cli.RunAsync("api", "/v1/datasets?limit=2"));

        var request = _api.TheOne;
        Assert.Equal(("GET", "/v1/datasets?limit=2", file["access_token"]), (request.Method, request.Target, request.Token));
        Assert.Equal(name == "datagen" ? "yourcompany" : null, request.Header("X-Datagen-Org"));
        Assert.StartsWith($"{name}/", request.Header("User-Agent"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fields_make_a_JSON_body_of_texts_that_is_posted()
    {
        await SignedInForTheApiAsync();

        Assert.Equal(Ok("{\"ok\":true}"), await Datagen.RunAsync("api", "/v1/a", "-f", "name=a \"b\", c=d", "--field", "n=1", "-f=empty="));

        var request = _api.TheOne;
        Assert.Equal(("POST", "application/json"), (request.Method, request.Header("Content-Type")));
        Assert.Equal("""{"name":"a \u0022b\u0022, c=d","n":"1","empty":""}""", System.Text.Encoding.UTF8.GetString(request.Body.ToArray()));
        (await Datagen.RunAsync("api", "/v1/a", "-f", "s3cret")).IsError(2, "key=value");
        (await Datagen.RunAsync("api", "/v1/a", "-f", "a=1", "-f", "a=2")).IsError(2, "twice");
        (await Datagen.RunAsync("api", "/v1/a", "-f", "a=1", "--input", "-")).IsError(2, "--input");
        (await Datagen.RunAsync("api", "/v1/a", "-f", "a=1", "--paginate")).IsError(2, "--paginate");
    }

    [Theory]
    [InlineData(200, 0)]
    [InlineData(404, 1)]
    [InlineData(302, 1)]
    public async Task Include_prints_status_and_headers_first(int status, int exitCode)
    {
        await SignedInForTheApiAsync();
        _api.Answer = (_, response) =>
        {
            response.StatusCode = status;
            response.Headers["X-Trace"] = "42";
            return response.WriteAsync("body");
        };

        var run = await Datagen.RunAsync("api", "-i", "/v1/a");

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Matches($@"\AHTTP/1\.1 {status}[^\r\n]*\r\n([^\r\n]+: [^\r\n]*\r\n)*X-Trace: 42\r\n([^\r\n]+: [^\r\n]*\r\n)*\r\n{(status == 302 ? "" : "body")}\z", run.StandardOutput);
        Assert.DoesNotContain(File["access_token"], run.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_token_keeps_it_too()
    {
        await SignedInAsync();
        var token = File["access_token"];

        var run = await Datagen.With("DATAGEN_API", _api.Address + "/base").RunWithInputAsync(token, "auth", "login", "--with-token");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(_api.Address + "/base", File["api"]);
        Assert.Equal(0, (await Datagen.RunAsync("api", "v1/x")).ExitCode);
        Assert.Equal("/base/v1/x", _api.TheOne.Target);
    }

    [Theory]
    [InlineData("http://api.example.com")]
    [InlineData("https://someone@api.example.com")]
    [InlineData("https://api.example.com/?x=1")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("api.example.com")]
    public async Task An_address_that_is_none_is_refused_before_anyone_signs_in(string address)
    {
        (await Datagen.With("DATAGEN_API", address).RunAsync("auth", "login")).IsError(1, "DATAGEN_API");

        Assert.Empty(Requests);
    }

    [Fact]
    public async Task A_switch_of_the_organization_is_a_switch_for_every_call()
    {
        await SignedInForTheApiAsync();

        Assert.Equal(0, (await Datagen.RunAsync("auth", "org", "--use", "test-org")).ExitCode);
        await Datagen.RunAsync("api", "/v1/a");
        await Datagen.With("DATAGEN_ORG", "yourcompany").RunAsync("api", "/v1/b");

        Assert.Equal(["test-org", "yourcompany"], _api.Requests.Select(request => request.Header("X-Datagen-Org")));
    }

    [Fact]
    public async Task An_organization_that_no_header_can_carry_is_not_left_out()
    {
        await SignedInForTheApiAsync();

        (await Datagen.With("DATAGEN_ORG", "größe").RunAsync("api", "/v1/a")).IsError(1, "größe");

        Assert.Empty(_api.Requests);
    }

    [Fact]
    public async Task Of_a_credential_that_names_no_api_goes_nowhere()
    {
        await SignedInAsync();

        (await Datagen.RunAsync("api", "/v1/a")).IsError(1, "DATAGEN_API", "datagen auth login");
        (await Datagen.With("DATAGEN_API", _api.Address).RunAsync("api", "/v1/a")).IsError(1, "DATAGEN_API");

        Assert.Empty(_api.Requests);
    }

    [Fact]
    public async Task Another_address_in_the_environment_gets_no_token()
    {
        await SignedInForTheApiAsync();
        await using var other = await ApiServer.StartAsync();

        (await Datagen.With("DATAGEN_API", other.Address).RunAsync("api", "/v1/a")).IsError(1, other.Address, _api.Address);
        Assert.Equal(0, (await Datagen.With("DATAGEN_API", _api.Address + "/").RunAsync("api", "/v1/a")).ExitCode);

        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task DATAGEN_TOKEN_goes_to_DATAGEN_API()
    {
        await SignedInAsync();
        var cli = Datagen.With("DATAGEN_TOKEN", File["access_token"]).With("DATAGEN_API", _api.Address).With("HOME", "/nonexistent");

        Assert.Equal(Ok("{\"ok\":true}"), await cli.RunAsync("api", "/v1/a"));
        (await cli.With("DATAGEN_TOKEN", "refused").RunAsync("api", "/v1/a")).IsErrorWithAnswer("{\"error\":\"unauthorized\"}", 4, "DATAGEN_TOKEN");
    }

    [Theory]
    [InlineData("https://elsewhere.example/v1")]
    [InlineData("HTTP:/v1")]
    [InlineData("//elsewhere.example/v1")]
    [InlineData("/v1\\..\\x")]
    [InlineData("/v1/../../x")]
    [InlineData("..")]
    [InlineData("/%2e%2e/x")]
    [InlineData("/..%2fx")]
    [InlineData("/a/..%2F..%5cx")]
    [InlineData("/a#b")]
    [InlineData("/a\nb")]
    [InlineData("")]
    public async Task A_path_that_is_not_below_the_base_is_bad_usage(string path)
    {
        await SignedInForTheApiAsync();

        (await Datagen.RunAsync("api", "--", path)).IsError(2);

        Assert.Empty(_api.Requests);
    }

    [Theory]
    [InlineData("/v1/a/../b?x=1&y=%2F..", "/base/v1/b?x=1&y=%2F..")]
    [InlineData("v1/a%20b", "/base/v1/a%20b")]
    [InlineData("/v1/a b", "/base/v1/a%20b")]
    [InlineData("/users:batch", "/base/users:batch")]
    [InlineData("/", "/base/")]
    public async Task A_path_is_below_the_base(string path, string target)
    {
        await SignedInForTheApiAsync();
        File.Set("api", _api.Address + "/base");

        Assert.Equal(0, (await Datagen.RunAsync("api", path)).ExitCode);

        Assert.Equal(target, _api.TheOne.Target);
    }

    [Fact]
    public async Task Method_headers_and_body_are_the_callers()
    {
        await SignedInForTheApiAsync();
        var bytes = RandomNumberGenerator.GetBytes(3 << 20);
        await System.IO.File.WriteAllBytesAsync(Home["body"], bytes, Stop);

        Assert.Equal(0, (await Datagen.RunAsync("api", "/v1/a", "-X", "put", "-H", "Content-Type: image/png", "-H", "X-A:  1 ", "--header", "Accept: image/*", "--input", Home["body"])).ExitCode);

        var request = _api.TheOne;
        Assert.Equal(("PUT", "image/png", "1", "image/*"), (request.Method, request.Header("Content-Type"), request.Header("X-A"), request.Header("Accept")));
        Assert.Equal("3145728", request.Header("Content-Length"));
        Assert.Equal(bytes, request.Body.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(1_000_000)]
    public async Task Standard_input_is_a_JSON_body_that_is_posted(int length)
    {
        await SignedInForTheApiAsync();
        var body = new string('x', length);

        Assert.Equal(0, (await Datagen.RunWithInputAsync(body, "api", "/v1/a", "--input", "-")).ExitCode);

        var request = _api.TheOne;
        Assert.Equal(("POST", "application/json"), (request.Method, request.Header("Content-Type")));
        Assert.Equal(body, request.Text);
    }

    [Theory]
    [InlineData("Authorization: Bearer x")]
    [InlineData("host: elsewhere.example")]
    [InlineData("X-Datagen-Org: other")]
    [InlineData("Transfer-Encoding: chunked")]
    [InlineData("No colon")]
    [InlineData("Bad name: x")]
    [InlineData("A: b\r\nHost: c")]
    [InlineData("Content-Type: text/plain")]
    public async Task A_header_that_is_not_the_callers_to_set_is_bad_usage(string header)
    {
        await SignedInForTheApiAsync();

        (await Datagen.RunAsync("api", "/v1/a", "-H", header)).IsError(2);

        Assert.Empty(_api.Requests);
    }

    [Fact]
    public async Task An_answer_is_written_byte_for_byte()
    {
        await SignedInForTheApiAsync();
        var bytes = RandomNumberGenerator.GetBytes(5 << 20);
        _api.Answer = (_, response) => response.Body.WriteAsync(bytes).AsTask();

        var run = await Datagen.RunInShellAsync($"\"$@\" > {Home["answer"]}", "api", "/v1/a");

        Assert.Equal(Ok(""), run);
        Assert.Equal(bytes, await System.IO.File.ReadAllBytesAsync(Home["answer"], Stop));
    }

    [Fact]
    public async Task An_answer_is_written_as_it_comes()
    {
        await SignedInForTheApiAsync();
        var goOn = new TaskCompletionSource();
        _api.Answer = async (_, response) =>
        {
            await response.WriteAsync("first\n");
            await response.Body.FlushAsync();
            await goOn.Task;
            await response.WriteAsync("second\n");
        };

        using var call = Datagen.StartInShell($"\"$@\" > {Home["answer"]}", "api", "/v1/a");
        await Eventually.HappensAsync(() => Answer() == "first\n", Answer, Stop);
        goOn.SetResult();

        Assert.Equal(Ok(""), await call.ExitAsync(Stop));
        Assert.Equal("first\nsecond\n", Answer());

        string Answer() => System.IO.File.Exists(Home["answer"]) ? System.IO.File.ReadAllText(Home["answer"]) : "";
    }

    [Fact]
    public async Task A_huge_answer_is_not_held_in_memory()
    {
        await SignedInForTheApiAsync();
        var piece = new byte[1 << 20];
        _api.Answer = async (_, response) =>
        {
            for (var i = 0; i < 900; i++) await response.Body.WriteAsync(piece);
        };

        var run = await Datagen.RunInShellAsync("ulimit -v 786432; \"$@\" | wc -c", "api", "/v1/a");

        Assert.Equal(Ok($"{900 << 20}\n"), run);
    }

    [Theory]
    [InlineData(400, 1)]
    [InlineData(404, 1)]
    [InlineData(429, 1)]
    [InlineData(500, 3)]
    [InlineData(503, 3)]
    public async Task An_error_is_shown_and_told(int status, int exitCode)
    {
        await SignedInForTheApiAsync();
        _api.Answer = (_, response) =>
        {
            response.StatusCode = status;
            response.Headers.RetryAfter = "7";
            return response.WriteAsync("{\"why\":\"because\"}");
        };

        (await Datagen.RunAsync("api", "/v1/a?secret=x")).IsErrorWithAnswer("{\"why\":\"because\"}", exitCode, $"{status}", "GET", "/v1/a", "7 seconds");
        var json = await Datagen.RunAsync("api", "/v1/a", "--format", "json");
        Assert.Equal($"{exitCode}", $"{json.ExitCode}");
        Assert.Equal(exitCode == 3 ? "unreachable" : "failed", (string?)JsonNode.Parse(json.StandardError)!["error"]!["code"]);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_not_followed(int status)
    {
        await SignedInForTheApiAsync();
        await using var other = await ApiServer.StartAsync();
        _api.Answer = (_, response) =>
        {
            response.StatusCode = status;
            response.Headers.Location = other.Address;
            return response.WriteAsync("elsewhere");
        };

        (await Datagen.RunAsync("api", "/v1/a")).IsError(1, $"{status}");

        Assert.Empty(other.Requests);
        Assert.Single(_api.Requests);
    }

    [Fact]
    public async Task A_refused_token_is_refreshed_and_the_call_made_again()
    {
        await SignedInForTheApiAsync();
        var old = File["access_token"];
        _api.Knows(token => token != old && Service.IsActive(token));
        await System.IO.File.WriteAllTextAsync(Home["body"], new string('b', 200_000), Stop);

        Assert.Equal(Ok("{\"ok\":true}"), await Datagen.RunAsync("api", "/v1/a", "--input", Home["body"]));

        Assert.Equal([old, File["access_token"]], _api.Requests.Select(request => request.Token));
        Assert.All(_api.Requests, request => Assert.Equal(200_000, request.Body.Length));
        Assert.Single(Service.Log.To("/token"));
        Assert.Equal(_api.Address, File["api"]);
    }

    [Fact]
    public async Task A_short_body_from_a_pipe_is_kept_for_a_second_time()
    {
        await SignedInForTheApiAsync();
        var old = File["access_token"];
        _api.Knows(token => token != old && Service.IsActive(token));

        Assert.Equal(Ok("{\"ok\":true}"), await Datagen.RunWithInputAsync("{\"a\":1}", "api", "/v1/a", "--input", "-"));

        Assert.Equal(["{\"a\":1}", "{\"a\":1}"], _api.Requests.Select(request => request.Text));
    }

    [Fact]
    public async Task A_long_body_from_a_pipe_is_not_sent_twice_and_that_is_said()
    {
        await SignedInForTheApiAsync();
        var old = File["access_token"];
        _api.Knows(token => token != old && Service.IsActive(token));

        (await Datagen.RunWithInputAsync(new string('b', 200_000), "api", "/v1/a", "--input", "-"))
            .IsErrorWithAnswer("{\"error\":\"unauthorized\"}", 1, "pipe", "again");

        Assert.Single(_api.Requests);
        Assert.NotEqual(old, File["access_token"]);
    }

    [Fact]
    public async Task A_token_that_is_refused_twice_is_exit_4()
    {
        await SignedInForTheApiAsync();
        _api.Knows(_ => false);

        (await Datagen.RunAsync("api", "/v1/a")).IsErrorWithAnswer("{\"error\":\"unauthorized\"}", 4, "401", "datagen auth login");

        Assert.Equal(2, _api.Requests.Count);
    }

    [Fact]
    public async Task An_ended_session_is_exit_4_and_the_answer_is_shown()
    {
        await SignedInForTheApiAsync();
        Service.RevokeEverythingOf(You);

        (await Datagen.RunAsync("api", "/v1/a")).IsErrorWithAnswer("{\"error\":\"unauthorized\"}", 4, "datagen auth login");
    }

    [Fact]
    public async Task A_stale_token_is_refreshed_before_the_call()
    {
        await SignedInForTheApiAsync();
        File.ExpiresIn(TimeSpan.FromMinutes(1));

        Assert.Equal(0, (await Datagen.RunAsync("api", "/v1/a")).ExitCode);

        Assert.Single(Service.Events.Of<RefreshRotated>());
        Assert.Equal(File["access_token"], _api.TheOne.Token);
    }

    [Fact]
    public async Task Nobody_signed_in_is_exit_4() => (await Datagen.RunAsync("api", "/v1/a")).IsError(4, "datagen auth login");

    [Fact]
    public async Task Pages_are_followed_below_the_base_and_written_one_after_the_other()
    {
        await SignedInForTheApiAsync();
        File.Set("api", _api.Address + "/base");
        _api.Answer = (request, response) =>
        {
            var page = request.Target.Contains("page=", StringComparison.Ordinal) ? request.Target[^1] - '0' : 1;
            if (page < 3) response.Headers.Link = $"</base/v1/a?page=1>; rel=first, <{(page == 1 ? "" : _api.Address)}/base/v1/a?page={page + 1}>; title=\"a,b\"; rel=\"last next\"";
            return response.WriteAsync($"[{page}]");
        };

        Assert.Equal(Ok("[1][2][3]"), await Datagen.RunAsync("api", "/v1/a", "--paginate"));
        Assert.Equal(["/base/v1/a", "/base/v1/a?page=2", "/base/v1/a?page=3"], _api.Requests.Select(request => request.Target));
        Assert.All(_api.Requests, request => Assert.Equal("yourcompany", request.Header("X-Datagen-Org")));

        Assert.Equal(Ok("[1]"), await Datagen.RunAsync("api", "/v1/a"));
    }

    [Theory]
    [InlineData("{other}/base/v1/a?page=2")]
    [InlineData("/elsewhere/v1/a")]
    [InlineData("/base/../x")]
    [InlineData("//elsewhere.example/base/v1")]
    [InlineData("/base/v1/a?again")]
    public async Task A_next_page_elsewhere_or_in_a_circle_is_not_asked_for(string link)
    {
        await SignedInForTheApiAsync();
        File.Set("api", _api.Address + "/base");
        await using var other = await ApiServer.StartAsync();
        _api.Answer = (_, response) =>
        {
            response.Headers.Link = $"<{link.Replace("{other}", other.Address, StringComparison.Ordinal)}>; rel=\"next\"";
            return response.WriteAsync("[]");
        };

        var run = await Datagen.RunAsync("api", "/v1/a", "--paginate");

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("[]", run.StandardOutput, StringComparison.Ordinal);
        Assert.Contains("page", run.StandardError, StringComparison.Ordinal);
        Assert.Empty(other.Requests);
        Assert.DoesNotContain(_api.Requests, request => request.Target.StartsWith("/elsewhere", StringComparison.Ordinal) || request.Target == "/x");
    }

    [Fact]
    public async Task Pages_of_a_post_are_bad_usage()
    {
        (await Datagen.RunAsync("api", "/v1/a", "--paginate", "-X", "POST")).IsError(2, "--paginate");
        (await Datagen.RunAsync("api", "/v1/a", "-X", "TRACE")).IsError(2, "TRACE");
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_exit_1()
    {
        await SignedInForTheApiAsync();

        (await Datagen.RunAsync("api", "/v1/a", "--input", Home["missing"])).IsError(1, "missing: no such file\n");
        (await Datagen.RunAsync("api", "/v1/a", "--input", Home["missing/body"])).IsError(1, "missing/body: no such folder\n");
        (await Datagen.RunAsync("api", "/v1/a", "--input", Home.Path)).IsError(1, "folder");
    }

    [Fact]
    public async Task A_server_that_is_down_is_exit_3()
    {
        await SignedInForTheApiAsync();
        await _api.DisposeAsync();

        (await Datagen.RunAsync("api", "/v1/a")).IsError(3, _api.Uri.Authority);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_exit_3_after_what_came()
    {
        await SignedInForTheApiAsync();
        _api.Answer = async (_, response) =>
        {
            response.ContentLength = 100;
            await response.WriteAsync("half");
            await response.Body.FlushAsync();
            await Task.Delay(500); // Until that has been read: an aborted connection loses what it still holds.
            response.HttpContext.Abort();
        };

        (await Datagen.RunAsync("api", "/v1/a")).IsErrorWithAnswer("half", 3, "lost");
    }

    [Fact]
    public async Task Ctrl_C_ends_it()
    {
        await SignedInForTheApiAsync();
        _api.Answer = async (_, response) =>
        {
            await response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, response.HttpContext.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };

        using var call = Datagen.Start("api", "/v1/a");
        await Eventually.HappensAsync(() => !_api.Requests.IsEmpty, () => call.ErrorSoFar, Stop);
        call.Send(Signal.Interrupt);

        Assert.Equal(130, (await call.ExitAsync(Stop)).ExitCode);
    }

    [Fact]
    public async Task Nothing_secret_is_traced()
    {
        await SignedInForTheApiAsync();

        var run = await Datagen.RunAsync("api", "/v1/a?key=hidden", "-H", "X-Key: concealed", "--verbose");

        Assert.Equal((0, "{\"ok\":true}"), (run.ExitCode, run.StandardOutput));
        Assert.Contains($"> GET {_api.Address}/v1/a?[redacted]", run.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain(File["access_token"], run.StandardError, StringComparison.Ordinal);
        Assert.DoesNotMatch("hidden|concealed", run.StandardError);
    }

    [Fact]
    public async Task Https_is_trusted_as_everywhere()
    {
        using var certificate = Certificate.For("localhost");
        await using var api = await ApiServer.StartAsync(certificate, "localhost");
        await System.IO.File.WriteAllTextAsync(Home["roots.pem"], certificate.ExportCertificatePem(), Stop);
        await SignedInAsync();
        File.Set("api", api.Address);
        File.ExpiresIn(TimeSpan.FromMinutes(-1));

        Assert.Equal(Ok("{}"), await Datagen.With("SSL_CERT_FILE", Home["roots.pem"]).RunAsync("api", "/v1/a"));
        (await Datagen.RunAsync("api", "/v1/a")).IsError(3, "TLS");
    }
}
