using System.Net;
using System.Text.RegularExpressions;

namespace Interop.World;

/// <summary>Somebody with a browser that is small enough for a test: it keeps cookies, follows redirects, and fills in the forms that it is shown.</summary>
/// <param name="onlyAt">The one server that this browser reaches, as on another machine than the program's; null where it reaches all.</param>
public sealed class Person(Server? onlyAt = null) : IDisposable
{
    private const int MostRedirects = 10;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
    {
        DefaultRequestHeaders = { { "Accept", "text/html" } },
    };

    public async Task<Page> OpenAsync(Uri address, CancellationToken stop)
    {
        for (var redirects = 0; redirects <= MostRedirects; redirects++)
        {
            if (onlyAt is not null && address.Authority != new Uri(onlyAt.Issuer).Authority)
                return new Page(this, address, HttpStatusCode.BadGateway, "This site can't be reached");
            using var response = await _http.GetAsync(address, stop);
            if (response.Headers.Location is not { } location)
                return new Page(this, address, response.StatusCode, await response.Content.ReadAsStringAsync(stop));
            address = new Uri(address, location);
        }

        throw new InvalidOperationException("The server redirects without end.");
    }

    public void Dispose() => _http.Dispose();

    internal async Task<Page> SubmitAsync(Uri action, IEnumerable<KeyValuePair<string, string>> fields, CancellationToken stop)
    {
        using var content = new FormUrlEncodedContent(fields);
        using var response = await _http.PostAsync(action, content, stop);
        return response.Headers.Location is { } location
            ? await OpenAsync(new Uri(action, location), stop)
            : new Page(this, action, response.StatusCode, await response.Content.ReadAsStringAsync(stop));
    }
}

/// <summary>What a browser shows.</summary>
public sealed partial record Page(Person Person, Uri Address, HttpStatusCode Status, string Html)
{
    public string Text => WebUtility.HtmlDecode(Spaces().Replace(Tags().Replace(Html, " "), " ")).Trim();

    public bool Asks(string field) => Html.Contains($"name=\"{field}\"", StringComparison.Ordinal);

    /// <summary>Sends the page's form, with what it holds already and what is filled in.</summary>
    public Task<Page> SubmitAsync(CancellationToken stop, params (string Name, string Value)[] filledIn)
    {
        var form = Form().Match(Html);
        Assert.True(form.Success, $"{Address.AbsolutePath} has no form: {Text}");
        var fields = Input().Matches(form.Groups["content"].Value)
            .Select(input => (Name: Attribute(input.Value, "name"), Value: Attribute(input.Value, "value") ?? ""))
            .Where(input => input.Name is not null)
            .ToDictionary(input => input.Name!, input => input.Value);
        foreach (var (name, value) in filledIn) fields[name] = value;
        return Person.SubmitAsync(new Uri(Address, Attribute(form.Value, "action")), fields, stop);
    }

    public Task<Page> FollowAsync(string link, CancellationToken stop)
    {
        var found = Link().Matches(Html).FirstOrDefault(a => a.Groups["text"].Value.Contains(link, StringComparison.Ordinal));
        Assert.True(found is not null, $"{Address.AbsolutePath} has no link {link}: {Text}");
        return Person.OpenAsync(new Uri(Address, Attribute(found.Value, "href")), stop);
    }

    private static string? Attribute(string element, string name)
    {
        var match = Regex.Match(element, $@"\s{name}=""(?<value>[^""]*)""");
        return match.Success ? WebUtility.HtmlDecode(match.Groups["value"].Value) : null;
    }

    [GeneratedRegex("<form[^>]*>(?<content>.*?)</form>", RegexOptions.Singleline)]
    private static partial Regex Form();

    [GeneratedRegex("<input[^>]*>", RegexOptions.Singleline)]
    private static partial Regex Input();

    [GeneratedRegex("<a [^>]*>(?<text>[^<]*)</a>")]
    private static partial Regex Link();

    [GeneratedRegex("<(style|script).*?</\\1>|<[^>]*>", RegexOptions.Singleline)]
    private static partial Regex Tags();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
