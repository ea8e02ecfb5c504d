using System.Net;
using System.Text.RegularExpressions;

namespace LocalService.Browsing;

/// <summary>The form of a page. Enough of HTML for the pages of this service, which are all written alike.</summary>
internal sealed partial record HtmlForm(Uri Action, IReadOnlyDictionary<string, string> Fields)
{
    /// <returns>The form in the page's main part, or null.</returns>
    public static HtmlForm? Find(Uri page, string html)
    {
        var main = html[Math.Max(0, html.IndexOf("<main>", StringComparison.Ordinal))..];
        var form = FormElement().Match(main);
        if (!form.Success)
        {
            return null;
        }

        var fields = InputElement().Matches(form.Groups["content"].Value)
            .Select(input => (Name: Attribute(input.Value, "name"), Value: Attribute(input.Value, "value")))
            .Where(input => input.Name is not null)
            .ToDictionary(input => input.Name!, input => input.Value ?? string.Empty);
        return new(new Uri(page, Attribute(form.Value, "action")), fields);
    }

    private static string? Attribute(string element, string name)
    {
        var match = Regex.Match(element, $@"\s{name}=""(?<value>[^""]*)""");
        return match.Success ? WebUtility.HtmlDecode(match.Groups["value"].Value) : null;
    }

    [GeneratedRegex("<form[^>]*>(?<content>.*?)</form>", RegexOptions.Singleline)]
    private static partial Regex FormElement();

    [GeneratedRegex("<input[^>]*>", RegexOptions.Singleline)]
    private static partial Regex InputElement();
}
