using System.Text;
using Datagen.Auth;

namespace Datagen.Console;

/// <summary>The manual, a page a command, from the same table as the help; <c>publish.sh</c> asks for it.</summary>
internal static class ManualPages
{
    /// <summary>What the program is called with, before the folder that the pages go to, and their date.</summary>
    public const string Name = "__manual";

    public static int Write(HelpTable table, Product product, string folder, string date)
    {
        Directory.CreateDirectory(folder);
        var pages = table.All.OrderBy(page => page.Name, StringComparer.Ordinal).ToList();
        foreach (var page in pages) File.WriteAllText(Path.Combine(folder, $"{FileName(page.Name)}.1"), PageOf(page, pages, product, date));
        return ExitCode.Done;
    }

    private static string PageOf(HelpPage help, List<HelpPage> pages, Product product, string date)
    {
        var page = new StringBuilder();
        var name = FileName(help.Name);
        Line($".TH {Roff(name.ToUpperInvariant())} 1 \"{date}\" \"{product.Name} {ProgramVersion.Text}\" \"{product.Title}\"");
        Section("NAME");
        Text($"{Roff(name)} \\- {Roff(help.Title.StartsWith(product.Title, StringComparison.Ordinal) ? help.Title : LowerFirst(help.Title))}");

        var arguments = string.Concat(help.Arguments.Select(argument => $" \\fI{Roff(argument.Shown!)}\\fR"));
        Section("SYNOPSIS");
        Line($"\\fB{Roff(help.Name)}\\fR{(help.IsGroup ? " \\fIcommand\\fR" : "")}{arguments} [\\fIoptions\\fR]");

        if (help.Details.Length > 0)
        {
            Section("DESCRIPTION");
            Text(Roff(help.Details));
        }

        if (help.IsGroup) Section("COMMANDS");
        foreach (var command in help.Commands) Item($"\\fB{Roff(FileName($"{product.Name} {command.Path}"))}\\fR(1)", command.Title);

        if (help.Arguments.Count > 0) Section("ARGUMENTS");
        foreach (var argument in help.Arguments) Item($"\\fI{Roff(argument.Shown!)}\\fR", argument.Text);

        Section("OPTIONS");
        foreach (var option in help.Options)
        {
            var names = new[] { option.Letter, option.Name }.OfType<string>().Select(word => $"\\fB{Roff(word)}\\fR");
            Item(string.Join(", ", names) + (option.Shown is { } value ? $" \\fI{Roff(value)}\\fR" : ""), option.Text);
        }

        Section("EXAMPLES");
        foreach (var example in help.Examples) Line($".EX\n{Roff(example)}\n.EE");

        Section("EXIT STATUS");
        Item("\\fB0\\fR", "Done.");
        Item("\\fB1\\fR", "Refused or failed: the server's answer is an error, the file can't be read or written, the input makes no sense.");
        Item("\\fB2\\fR", "Bad usage.");
        Item("\\fB3\\fR", "The service can't be reached: name resolution, connection, TLS, time-out, 5xx.");
        Item("\\fB4\\fR", "Not signed in, or the session has ended.");
        Item("\\fB5\\fR", "The sign-in was denied or timed out.");
        Item("\\fB130\\fR, \\fB143\\fR", "Interrupted by Ctrl-C, by SIGTERM.");
        Section("FILES");
        Item($"\\fI{Roff(FileOf(product))}\\fR", "The credential: one JSON object, mode 0600. Treat it like any other key.");
        Item($"\\fI{Roff(Path.GetDirectoryName(FileOf(product))!)}/profiles/NAME/\\fR", "The other profiles' credentials.");
        Section("ENVIRONMENT");
        foreach (var variable in EnvironmentVariables.Of(product)) Item($"\\fB{Roff(product.Variable(variable.Suffix))}\\fR", variable.Meaning);
        Item("\\fBBROWSER\\fR, \\fBNO_COLOR\\fR, \\fBHTTP_PROXY\\fR, \\fBHTTPS_PROXY\\fR, \\fBNO_PROXY\\fR, \\fBSSL_CERT_FILE\\fR, \\fBSSL_CERT_DIR\\fR", "As everywhere.");

        Section("SEE ALSO");
        Line(string.Join(",\n", pages.Where(other => other != help).Select(other => $"\\fB{Roff(FileName(other.Name))}\\fR(1)")));
        return page.ToString();

        void Line(string text) => page.Append(text).Append('\n');
        void Section(string title) => Line($".SH \"{title}\"");
        void Item(string term, string? meaning)
        {
            Line(".TP");
            Line(term);
            Text(Roff(Sentence(meaning ?? "")));
        }

        void Text(string text)
        {
            const int Widest = 80;
            var length = 0;
            foreach (var word in text.Split(' '))
            {
                if (length > 0) page.Append(length + 1 + word.Length > Widest ? '\n' : ' ');
                length = length > 0 && length + 1 + word.Length <= Widest ? length + 1 + word.Length : word.Length;
                page.Append(word);
            }

            page.Append('\n');
        }
    }

    private static string FileName(string path) => path.Replace(' ', '-');

    private static string FileOf(Product product) => $"~/{product.Folder.BelowHome}/credentials.json";

    // A hyphen that is to be copied, a backslash that is one, and no line that begins like a request.
    private static string Roff(string text)
    {
        var escaped = text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);
        return escaped.StartsWith('.') || escaped.StartsWith('\'') ? "\\&" + escaped : escaped;
    }

    private static string Sentence(string text) => text.EndsWith('.') || text.Length == 0 ? text : text + ".";

    private static string LowerFirst(string text) =>
        text.Length > 1 && char.IsLower(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text;
}
