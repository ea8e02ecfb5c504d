using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Web;
using Datagen.Auth;
using Datagen.Console;
using Datagen.Flows;
using Datagen.Protocol;
using Microsoft.AspNetCore.WebUtilities;

namespace Fuzz.Targets;

/// <summary>Texts: what is printed of a foreign one, and what a person's own are read as.</summary>
internal static class Words
{
    /// <summary>In the terminal, in JSON and in the page it is text: nothing that moves a cursor, ends a line or opens a tag.</summary>
    public static Target Printed { get; } = Target.OfBytes(
        "foreign text",
        6000,
        ["yourcompany", "\u001b[31mred\u001b[0m\r\nhint: run rm -rf", "\u202eevil\u2066", "<script>alert(1)</script>&amp;\"'", new string('x', 500), "😀é\ue000\ufeff\ud800"],
        ["<", ">", "&", "\u2028", "\u0085", "\u007f", "\u00ad", "\u200d", "\u061c", "\U000e0041", "\u180e", "\ufff9", "\"", "\\", "{email}", "%s"],
        bytes =>
        {
            // Halves of surrogate pairs, too, which no bytes hold.
            foreach (var text in new[] { Encoding.UTF8.GetString(bytes), Encoding.Unicode.GetString(bytes) })
            {
                var shown = Printable.Text(text);
                Spoken.Line(shown);
                PropertyException.Require(shown.Length <= 402, "longer than it may be");
                PropertyException.Require(Printable.Text(shown.TrimEnd('…')) == shown.TrimEnd('…'), "shown once more it is another");

                using var json = new StringWriter();
                new Output(OutputFormat.Json, json, TextWriter.Null).PrintJson(writer => writer.WriteString("x", text));
                Spoken.Lines(json.ToString());
                using var document = JsonDocument.Parse(json.ToString());
                PropertyException.Require(document.RootElement.GetProperty("x").GetString() == Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)), "JSON says something else");

                var page = AnswerPage.NotSignedIn("GenLabZ", shown).Html;
                var usual = AnswerPage.NotSignedIn("GenLabZ", "why").Html;
                PropertyException.Require(page.Count(c => c == '<') == usual.Count(c => c == '<') && page.Count(c => c == '>') == usual.Count(c => c == '>'), "a tag in the page");
                PropertyException.Require(HttpUtility.HtmlDecode(page).Contains(shown, StringComparison.Ordinal), "the page says something else");
            }
        });

    /// <summary>Taken is an https address, or an http one of this machine, that can be shown and connected to.</summary>
    public static Target Address { get; } = Target.OfText(
        "address",
        15_000,
        ["https://id.example", "http://127.0.0.1:8400/callback", "http://localhost/", "http://[::1]:1/x", "https://user@id.example/", "https://\u2066id.example/p\u202e", "https://xn--bcher-kva.example/", "https://id.example\\@evil.example"],
        ["https://", "http://", "127.0.0.1", "127.1", "0x7f.1", "2130706433", "localhost", "localhost.", "LOCALHOST", "[::1]", "[::ffff:127.0.0.1]", "[::1%25x]", "@", ":", "\\", "#", "?", "\u3002", "\uff0e", "\u200b", "%2e", "%00", ":443", ":65536", "xn--"],
        text =>
        {
            foreach (var read in new Func<Uri>[] { () => EndpointAddress.Issuer(text, "X_ISSUER"), () => EndpointAddress.Of(text, "token_endpoint", "http://localhost"), () => EndpointAddress.Redirect(text, "X_REDIRECT_URI") })
            {
                Uri address;
                try
                {
                    address = read();
                }
                catch (AuthException failure)
                {
                    Spoken.Failure(failure);
                    continue;
                }

                Feature.Note(address.Scheme + address.HostNameType);
                PropertyException.Require(address.Scheme == "https" || (address.Scheme == "http" && address.IsLoopback), "not safe");
                PropertyException.Require(address.UserInfo.Length == 0, "a user's name in it");
                _ = address.IdnHost;
                foreach (var shown in new[] { address.Authority, address.GetLeftPart(UriPartial.Path), address.OriginalString, address.AbsoluteUri })
                    PropertyException.Require(shown.All(c => c is > ' ' and <= '~'), $"not plain: {shown}");
            }
        });

    /// <summary>A number of seconds that can be added to any date of ours.</summary>
    // Zeros, which the framework looks past, stand on no command line.
    public static Target Duration { get; } = Target.OfText("duration", 20_000, ["90s", "20m", "1h", "999999h", "9999999s", "1e3s", "-1s", "0s"], ["s", "m", "h", "9", "\u0661", " "], text =>
    {
        try
        {
            var span = Datagen.Console.Duration.Parse(text, "--min-validity");
            PropertyException.Require(span >= TimeSpan.Zero && text.All(c => char.IsAsciiLetterOrDigit(c) || c == 0), "not a duration");
            _ = new DateTimeOffset(2200, 1, 1, 0, 0, 0, TimeSpan.Zero) + span;
            Feature.Note("taken");
        }
        catch (AuthException failure)
        {
            Spoken.Failure(failure);
        }
    });

    /// <summary>Decoded as the framework's own parser of queries does, and never one that protects the sign-in.</summary>
    public static Target Parameters { get; } = Target.OfText(
        "extra parameters",
        15_000,
        ["audience=https%3A%2F%2Fapi.example.com&prompt=", "?a=b&a=c", "state=x", "%73tate=x", "code_challenge_method=plain"],
        ["state", "nonce", "client_id", "code_challenge", "%73", "+", "%", "=", "&"],
        text =>
        {
            try
            {
                var parameters = ExtraParameters.Parse(text, "X_PARAMETERS");
                var reference = new List<KeyValuePair<string, string>>();
                foreach (var pair in new QueryStringEnumerable(text.TrimStart('?'))) reference.Add(new(pair.DecodeName().ToString(), pair.DecodeValue().ToString()));
                PropertyException.Require(parameters.SequenceEqual(reference) || parameters.Any(parameter => Redirects.IsNoUtf8(parameter.Key + parameter.Value)), "the framework reads something else");
                PropertyException.Require(
                    !reference.Any(pair => pair.Key is "state" or "nonce" or "client_id" or "redirect_uri" or "code_challenge" or "code_challenge_method" or "response_type" or "scope"),
                    "what protects the sign-in can be set");
            }
            catch (AuthException failure)
            {
                Spoken.Failure(failure);
            }
        });

    /// <summary>The native executable: an exit code of ours, no defect, nothing that a terminal acts on, and JSON where it was asked for.</summary>
    public static Target CommandLine { get; } = Target.OfText(
        "command line",
        120,
        ["auth\nstatus", "auth\nlogin\n--flow\ndevice\n--port\n80", "auth\ntoken\n--min-validity=20m\n--format\njson", "auth\norg\n--use\nx", "--version", "auth\n--help", "auth\nlogout\n--local\n--", "@file", "[suggest]\nauth", "auth\nlgoin"],
        [
            "auth", "login", "logout", "status", "org", "token", "--flow", "--port", "--no-browser", "--with-token", "--format", "json", "text", "--format=json", "--list", "--use", "--min-validity", "--refresh", "--local", "--verbose", "--help", "-h",
            "__complete", "completion", "bash", "-?", "--version", "--", "-", "=", "\n", "@", "[diagram]", "[suggest:3]", "[parse]", "/?", "-x", "90s", "65536",
        ],
        text =>
        {
            string[] arguments = [.. text.Replace("\0", "", StringComparison.Ordinal).Split('\n').Select(argument => argument.Length > 2000 ? argument[..2000] : argument).Take(40)];
            var info = new ProcessStartInfo(Path.Combine(Repository.Dist, "datagen"), arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
            info.Environment.Clear();
            info.Environment["DATAGEN_CONFIG_DIR"] = Path.Combine(Path.GetTempPath(), "datagen-fuzz-nothing-here");
            info.Environment["DATAGEN_ISSUER"] = "http://127.0.0.1:1";
            using var process = Process.Start(info)!;
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            var error = errors.GetAwaiter().GetResult();
            Feature.Note($"{process.ExitCode} {(error.Length > 40 ? error[..40] : error)}");
            PropertyException.Require(process.ExitCode is >= 0 and <= 5, $"exit code {process.ExitCode}: {error}");
            PropertyException.Require(!error.Contains("has a defect", StringComparison.Ordinal), error);
            PropertyException.Require(process.ExitCode is 0 or 4 || error.Length > 0, "it fails without a word");
            Spoken.Lines(output);
            Spoken.Lines(error);
        });
}
