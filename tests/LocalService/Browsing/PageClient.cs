using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using LocalService.State;

namespace LocalService.Browsing;

/// <summary>A browser that is small enough for a test: it keeps cookies, follows redirects and submits the real forms.</summary>
public sealed partial class PageClient : IDisposable
{
    private const int RedirectLimit = 10;

    private readonly HttpClient http;

    /// <param name="certificate">The one certificate to trust, if the service has one.</param>
    public PageClient(X509Certificate2? certificate = null)
    {
        http = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // A redirect to an application must be seen, not followed.
            UseProxy = false,
            SslOptions = { RemoteCertificateValidationCallback = (_, theirs, _, _) => certificate?.Equals(theirs) == true },
        });
        http.DefaultRequestHeaders.Accept.ParseAdd("text/html");
    }

    /// <param name="verificationUri">With the user code.</param>
    public Task ApproveDeviceAsync(Uri verificationUri, string email, CancellationToken cancellationToken = default) =>
        DecideDeviceAsync(verificationUri, userCode: null, email, "approve", cancellationToken);

    /// <param name="verificationUri">Without the user code, which is typed in as a person would.</param>
    public Task ApproveDeviceAsync(Uri verificationUri, string userCode, string email, CancellationToken cancellationToken = default) =>
        DecideDeviceAsync(verificationUri, userCode, email, "approve", cancellationToken);

    /// <param name="verificationUri">With the user code.</param>
    public Task DenyDeviceAsync(Uri verificationUri, string email, CancellationToken cancellationToken = default) =>
        DecideDeviceAsync(verificationUri, userCode: null, email, "deny", cancellationToken);

    /// <returns>Where the person was sent to: the application's redirect, with a code or an error. It is not followed.</returns>
    public async Task<Uri> AuthorizeAsync(Uri authorizeUri, string email, bool approve = true, CancellationToken cancellationToken = default)
    {
        var page = await OpenAsync(authorizeUri, email, cancellationToken);
        if (page.Redirect is null)
        {
            page = await SubmitAsync(page, [("decision", approve ? "approve" : "deny")], cancellationToken);
        }

        return page.Redirect ?? throw Unexpected(page);
    }

    /// <summary>The same, and follows the redirect, as a browser does.</summary>
    public async Task<HttpResponseMessage> AuthorizeAndFollowAsync(
        Uri authorizeUri, string email, bool approve = true, CancellationToken cancellationToken = default) =>
        await http.GetAsync(await AuthorizeAsync(authorizeUri, email, approve, cancellationToken), cancellationToken);

    public void Dispose() => http.Dispose();

    private async Task DecideDeviceAsync(
        Uri verificationUri, string? userCode, string email, string decision, CancellationToken cancellationToken)
    {
        var page = await OpenAsync(verificationUri, email, cancellationToken);
        page = await SubmitAsync(page, userCode is null ? [] : [("user_code", userCode)], cancellationToken);
        if (AsksPassword(page))
        {
            // An older sign-in did not do: again, and the code is compared once more.
            page = await SubmitAsync(await SignInAsync(page, email, cancellationToken), [], cancellationToken);
        }

        page = await SubmitAsync(page, [("decision", decision)], cancellationToken);
        if (!page.Address.AbsolutePath.EndsWith("/done", StringComparison.Ordinal))
        {
            throw Unexpected(page);
        }
    }

    /// <summary>Opens a page, signing in on the way if asked to.</summary>
    private async Task<Page> OpenAsync(Uri address, string email, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        var page = await SendAsync(request, cancellationToken);
        return AsksPassword(page) ? await SignInAsync(page, email, cancellationToken) : page;
    }

    private static bool AsksPassword(Page page) => page.Form?.Fields.ContainsKey("password") == true;

    private Task<Page> SignInAsync(Page page, string email, CancellationToken cancellationToken) =>
        SubmitAsync(page, [("email", email), ("password", SeededPeople.Password)], cancellationToken);

    private async Task<Page> SubmitAsync(Page page, (string Name, string Value)[] filledIn, CancellationToken cancellationToken)
    {
        var form = page.Form ?? throw Unexpected(page);
        var fields = new Dictionary<string, string>(form.Fields);
        foreach (var (name, value) in filledIn)
        {
            fields[name] = value;
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, form.Action) { Content = new FormUrlEncodedContent(fields) };
        return await SendAsync(request, cancellationToken);
    }

    private async Task<Page> SendAsync(HttpRequestMessage first, CancellationToken cancellationToken)
    {
        var address = first.RequestUri!;
        var response = await http.SendAsync(first, cancellationToken);
        for (var redirects = 0; redirects < RedirectLimit; redirects++)
        {
            using (response)
            {
                if (response.StatusCode is not (HttpStatusCode.Found or HttpStatusCode.SeeOther))
                {
                    var html = await response.Content.ReadAsStringAsync(cancellationToken);
                    return new(address, Redirect: null, HtmlForm.Find(address, html), html);
                }

                var next = new Uri(address, response.Headers.Location!);
                if (next.Authority != address.Authority)
                {
                    return new(address, next, Form: null, Html: string.Empty);
                }

                address = next;
            }

            response = await http.GetAsync(address, cancellationToken);
        }

        response.Dispose();
        throw new InvalidOperationException("The service redirects without end.");
    }

    private static InvalidOperationException Unexpected(Page page)
    {
        var main = page.Html[Math.Max(0, page.Html.IndexOf("<main>", StringComparison.Ordinal))..];
        var text = WebUtility.HtmlDecode(Spaces().Replace(Tags().Replace(main, " "), " ")).Trim();
        return new($"{page.Address.AbsolutePath} says: {text}");
    }

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    /// <param name="Redirect">Where the person was sent to, away from the service; then there is no page.</param>
    private sealed record Page(Uri Address, Uri? Redirect, HtmlForm? Form, string Html);
}
