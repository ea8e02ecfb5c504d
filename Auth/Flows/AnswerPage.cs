using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Datagen.Flows;

/// <summary>The page that a browser shows at the end: loads nothing, runs nothing, shows only text.</summary>
internal sealed record AnswerPage(string Html, string ContentSecurityPolicy)
{
    private const string Style = """
        :root{color-scheme:light dark}
        body{font:1.125rem/1.6 system-ui,sans-serif;margin:0;min-height:100vh;display:grid;place-items:center}
        main{max-width:32rem;padding:2rem;text-align:center}
        p.mark{font-size:3rem;margin:0}
        h1{font-size:1.5rem;margin:.5rem 0}
        """;

    public static AnswerPage SignedIn(string product) =>
        Of("✓", $"Signed in to {product}", "You can close this window and go back to your terminal.");

    public static AnswerPage NotSignedIn(string product, string why) =>
        Of("✗", $"Not signed in to {product}", $"{why}. Go back to your terminal to try again.");

    /// <summary>For a browser that came back when the sign-in had been finished in another way, or called off.</summary>
    public static AnswerPage Elsewhere(string product) =>
        Of("…", $"Sign-in to {product} is over", "It was finished in another way, or called off. Your terminal tells which.");

    private static AnswerPage Of(string mark, string title, string text)
    {
        var html = $"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
            <title>{WebUtility.HtmlEncode(title)}</title><style>{Style}</style></head>
            <body><main><p class="mark" aria-hidden="true">{mark}</p>
            <h1>{WebUtility.HtmlEncode(title)}</h1>
            <p>{WebUtility.HtmlEncode(text)}</p></main></body>
            </html>

            """;
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)));
        return new AnswerPage(html, $"default-src 'none'; img-src data:; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    }
}
