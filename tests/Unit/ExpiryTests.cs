using System.Globalization;
using System.Text.Json;
using Datagen.Auth;
using Datagen.Sessions;
using Datagen.Storage;
using Unit.World;

namespace Unit;

/// <summary>Whatever number or date comes from outside: a lifetime is what it means, and nothing is a defect.</summary>
public sealed class ExpiryTests : IDisposable
{
    private const string TokenAddress = "https://id.example/token";

    private readonly TemporaryFolder _home = new();
    private readonly ManualClock _clock = new();
    private readonly ScriptedServer _server = new();
    private readonly CredentialsFile _file;

    public ExpiryTests() => _file = new CredentialsFile(_home.Path, _ => { });

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _server.Dispose();
        _home.Dispose();
    }

    private Session NewSession() => new(
        Product.Datagen,
        SessionOptions.From(Product.Datagen, _ => null) with { Folder = _home.Path, Issuer = "https://id.example" },
        _server.Client, _clock, _ => { });

    private void Put(string json)
    {
        File.WriteAllText(_file.Path, json);
        File.SetUnixFileMode(_file.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public static TheoryData<string, string> Lifetimes
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var row in Table.Rows("Unit/expiry.tsv")) data.Add(row[0], row[1]);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Lifetimes))]
    public async Task A_lifetime_is_stored_as_what_it_means(string said, string right)
    {
        var isRefresh = said.StartsWith("a refresh", StringComparison.Ordinal);
        var member = said.StartsWith('"') ? $",{said}" : "";
        if (isRefresh)
        {
            Put($$"""
                {"access_token":"a1","refresh_token":"r1","stored_at":"2026-04-23T13:00:00Z","expires_at":"2026-04-23T14:00:00Z",
                 "issuer":"https://id.example","client_id":"cli","endpoints":{"token_endpoint":"{{TokenAddress}}"} }
                """);
            _server.Answers(TokenAddress, """{"access_token":"a2","token_type":"Bearer"}""");
            await NewSession().GetAccessTokenAsync(cancellation: Ct);
        }
        else
        {
            _server.Answers("https://id.example/.well-known/openid-configuration", $$"""
                {"issuer":"https://id.example","device_authorization_endpoint":"https://id.example/device","token_endpoint":"{{TokenAddress}}","userinfo_endpoint":"https://id.example/userinfo"}
                """)
                .Answers("https://id.example/device", """{"device_code":"dc","user_code":"uc","verification_uri":"https://id.example/d","interval":1}""")
                .Answers(TokenAddress, $$"""{"access_token":"a2","token_type":"Bearer"{{member}}}""")
                .Answers("https://id.example/userinfo", "{}");
            await NewSession().SignInAsync(new SignInPrompts(), cancellation: Ct);
        }

        var stored = _file.Read()!;
        Assert.Equal("a2", stored.AccessToken);
        Assert.Equal(
            right switch
            {
                "absent" => null,
                "the longest that fits, no error" => stored.StoredAt + Datagen.Protocol.Seconds.Longest,
                _ => stored.StoredAt.AddSeconds(int.Parse(right.Split(' ')[2], CultureInfo.InvariantCulture)),
            },
            stored.ExpiresAt);
    }

    // The ends of each type, what lies beyond them, and what JSON has for a number.
    private static readonly string[] s_numbers =
    [
        "0", "-0", "1", "-1", "0.4", "1.5", "2147483647", "2147483648", "-2147483649", "9223372036854775807", "9223372036854775808", "-9223372036854775809",
        "18446744073709551616", "922337203685.4775", "1e15", "1e300", "-1e300", "1e400", "-1e400", "5e-324",
    ];

    private static readonly string[] s_dates =
    [
        "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00-14:00", "1582-10-15T00:00:00Z", "1970-01-01T00:00:00Z", "2026-04-23T14:30:00Z",
        "2038-01-19T03:14:08Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59+14:00", "2026-02-30T00:00:00Z",
    ];

    [Fact]
    public async Task No_number_of_a_server_is_a_defect()
    {
        foreach (var number in s_numbers)
        {
            foreach (var text in new[] { number, $"\"{number}\"" })
            {
                using var server = new ScriptedServer();
                server.Answers("https://id.example/.well-known/openid-configuration", $$"""
                    {"issuer":"https://id.example","device_authorization_endpoint":"https://id.example/device","token_endpoint":"{{TokenAddress}}","userinfo_endpoint":"https://id.example/userinfo"}
                    """)
                    .Answers("https://id.example/device", $$"""{"device_code":"dc","user_code":"uc","verification_uri":"https://id.example/d","interval":{{text}},"expires_in":{{text}}}""")
                    .Answers(TokenAddress, $$"""{"error":"slow_down","interval":{{text}}}""", 400)
                    .Answers(TokenAddress, $$"""{"error":"slow_down","interval":{{text}}}""", 429, answer => answer.Headers.TryAddWithoutValidation("Retry-After", number))
                    .Answers(TokenAddress, "", 503, answer => answer.Headers.TryAddWithoutValidation("X-Retry-After", number))
                    .Answers(TokenAddress, $$"""{"access_token":"a2","token_type":"Bearer","refresh_token":"r2","expires_in":{{text}}}""")
                    .Answers("https://id.example/userinfo", "{}");
                var session = new Session(
                    Product.Datagen,
                    SessionOptions.From(Product.Datagen, _ => null) with { Folder = _home.Path, Issuer = "https://id.example" },
                    server.Client, new ManualClock(), _ => { });

                var problem = await Record.ExceptionAsync(async () =>
                {
                    await session.SignInAsync(new SignInPrompts { Waiting = null }, cancellation: Ct);
                    await session.GetAccessTokenAsync(TimeSpan.FromDays(36500), cancellation: Ct);
                });

                Assert.True(problem is null or AuthException || problem is InvalidOperationException { Message: ['n', 'o', 't', 'h', 'i', 'n', 'g', ..] }, $"{text}: {problem}");
            }
        }
    }

    [Fact]
    public async Task No_number_or_date_in_a_file_is_a_defect()
    {
        foreach (var date in s_dates)
        {
            Put($$"""{"access_token":"a1","stored_at":"{{date}}","expires_at":"{{date}}","refresh_token":"r1","issuer":"https://id.example","endpoints":{"token_endpoint":"{{TokenAddress}}","userinfo_endpoint":"https://id.example/userinfo"} }""");
            _server.Answers(TokenAddress, """{"access_token":"a2","token_type":"Bearer"}""");
            Expect(await Record.ExceptionAsync(() => NewSession().GetAccessTokenAsync(cancellation: Ct)), date);
            Expect(await Record.ExceptionAsync(() => NewSession().GetAccessTokenAsync(TimeSpan.MaxValue, cancellation: Ct)), date);
        }

        foreach (var number in s_numbers)
        {
            foreach (var date in s_dates)
            {
                Put("{}");
                await File.WriteAllTextAsync(_home["login.json"], $$"""
                    {"device_code":"dc","user_code":"uc","expires_at":"{{date}}","next_poll_at":"{{date}}","interval":{{number}},"slow_downs":2147483647,
                     "issuer":"https://id.example","client_id":"cli","endpoints":{"token_endpoint":"{{TokenAddress}}"} }
                    """, Ct);
                _server.Answers(TokenAddress, """{"error":"slow_down"}""", 400);
                Expect(await Record.ExceptionAsync(() => NewSession().FinishSignInAsync(cancellation: Ct)), $"{number} {date}");
            }
        }

        static void Expect(Exception? problem, string what) =>
            Assert.True(problem is null or AuthException || problem is InvalidOperationException { Message: ['n', 'o', 't', 'h', 'i', 'n', 'g', ..] }, $"{what}: {problem}");
    }
}
