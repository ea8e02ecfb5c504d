using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Web;

namespace WholeProgram.SigningInByBrowser;

/// <summary>Somebody else on this machine, or a web page in the person's browser, is at the port that the browser comes back to.</summary>
public class Attacked : Situation
{
    private static readonly HttpClient s_http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });

    private static async Task<Uri> AddressAsync(Started login) => new(await login.SaysAsync(@"^Open: (\S+)\r?\n", Stop));

    private static Uri Callback(Uri address) => new(HttpUtility.ParseQueryString(address.Query)["redirect_uri"]!);

    private async Task ApproveAsync(Started login, Uri address)
    {
        using var browser = Service.NewBrowser();
        using var page = await browser.AuthorizeAndFollowAsync(address, Author, approve: true, Stop);
        Assert.Contains("Signed in to GenLabZ", await page.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal(0, (await login.ExitAsync(Stop)).ExitCode);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    public async Task A_port_that_somebody_listens_on_is_told_before_anything_else(string squat)
    {
        using var squatter = new Socket(SocketType.Stream, ProtocolType.Tcp);
        squatter.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        squatter.Bind(new IPEndPoint(IPAddress.Parse(squat), 0));
        squatter.Listen();

        (await GenLabZ.RunAsync("auth", "login", "--port", $"{((IPEndPoint)squatter.LocalEndPoint!).Port}")).IsError(1, "--port");

        Assert.Empty(Requests);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    public async Task Nobody_gets_the_port_while_the_sign_in_lasts(string squat)
    {
        using var login = GenLabZ.Start("auth", "login");
        var address = await AddressAsync(login);

        Assert.Throws<SocketException>(() =>
        {
            using var squatter = new Socket(SocketType.Stream, ProtocolType.Tcp);
            squatter.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            squatter.Bind(new IPEndPoint(IPAddress.Parse(squat), Callback(address).Port));
            squatter.Listen();
        });

        await ApproveAsync(login, address);
    }

    [Fact]
    public async Task A_page_that_floods_the_port_does_not_get_in_and_does_not_keep_the_person_out()
    {
        using var login = GenLabZ.Start("auth", "login");
        var address = await AddressAsync(login);
        var callback = Callback(address);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var flood = Enumerable.Range(0, 20).Select(_ => Task.Run(FloodAsync, Stop)).ToArray();

        await ApproveAsync(login, address);

        await enough.CancelAsync();
        Assert.InRange((await Task.WhenAll(flood)).Sum(), 1, int.MaxValue);
        Assert.Single(Service.Log.To("/token"));

        async Task<int> FloodAsync()
        {
            var answered = 0;
            while (!enough.IsCancellationRequested)
            {
                try
                {
                    using var answer = await s_http.GetAsync($"{callback}?code=x{answered}&state=guessed", enough.Token);
                    Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
                    answered++;
                }
                catch (Exception over) when (over is HttpRequestException or OperationCanceledException)
                {
                    // Turned away, or the sign-in is over.
                    await Task.Delay(1, CancellationToken.None);
                }
            }

            return answered;
        }
    }

    [Fact]
    public async Task A_thousand_connections_that_never_finish_a_request_do_not_keep_the_person_out()
    {
        using var login = GenLabZ.Start("auth", "login");
        var address = await AddressAsync(login);
        var dawdlers = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 1000; i++)
            {
                var dawdler = new TcpClient();
                dawdlers.Add(dawdler);
                await dawdler.ConnectAsync(IPAddress.Loopback, Callback(address).Port, Stop);
                await dawdler.Client.SendAsync("GET /callb"u8.ToArray(), Stop);
            }

            // At five seconds for each crowd of them it would take longer.
            await ApproveAsync(login, address).WaitAsync(TimeSpan.FromSeconds(12), Stop);
        }
        finally
        {
            dawdlers.ForEach(dawdler => dawdler.Dispose());
        }
    }

    [Fact]
    public async Task Two_sign_ins_at_once_each_take_only_what_is_theirs()
    {
        using var first = GenLabZ.Start("auth", "login");
        using var second = GenLabZ.Start("auth", "login");
        var addresses = (First: await AddressAsync(first), Second: await AddressAsync(second));
        var foreign = HttpUtility.ParseQueryString(addresses.Second.Query)["state"];

        using var crossed = await s_http.GetAsync($"{Callback(addresses.First)}?code=x&state={foreign}&iss={Service.Issuer}", Stop);

        Assert.Equal(HttpStatusCode.NotFound, crossed.StatusCode);
        Assert.NotEqual(Callback(addresses.First), Callback(addresses.Second));
        await ApproveAsync(second, addresses.Second);
        await ApproveAsync(first, addresses.First);
        Assert.Equal(2, Service.Log.To("/token").Count);
    }

    [Theory]
    [InlineData("GET /callback?code=x HTTP/1.1\r\nHost: evil.example\r\n\r\n")]
    [InlineData("GET /callback?code=x HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n")]
    public async Task A_name_that_was_made_to_mean_this_machine_gets_nothing(string request)
    {
        using var login = GenLabZ.Start("auth", "login");
        var address = await AddressAsync(login);
        using var page = new TcpClient();
        await page.ConnectAsync(IPAddress.Loopback, Callback(address).Port, Stop);

        await page.Client.SendAsync(Encoding.ASCII.GetBytes(request.Replace("{port}", $"{Callback(address).Port}", StringComparison.Ordinal)), Stop);

        using var reader = new StreamReader(page.GetStream());
        Assert.StartsWith("HTTP/1.1 404 ", await reader.ReadToEndAsync(Stop), StringComparison.Ordinal);
        await ApproveAsync(login, address);
    }
}
