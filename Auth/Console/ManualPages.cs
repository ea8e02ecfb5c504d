using System.CommandLine;
using System.Text;
using Datagen.Auth;

namespace Datagen.Console;

/// <summary>The manual, a page a command, from the same table that is parsed by; <c>publish.sh</c> asks for it.</summary>
internal static class ManualPages
{
    /// <summary>What the program is called with, before the folder that the pages go to, and their date.</summary>
    public const string Name = "__manual";

    public static int Write(Command root, Product product, string folder, string date)
    {
        Directory.CreateDirectory(folder);
        var pages = new SortedDictionary<string, Command>(StringComparer.Ordinal);
        Collect(root.Name, root, pages);
        foreach (var name in pages.Keys)
            File.WriteAllText(Path.Combine(folder, $"{FileName(name)}.1"), Page(name, pages, product, date));
        return ExitCode.Done;
    }

    private static void Collect(string path, Command command, SortedDictionary<string, Command> pages)
    {
        pages.Add(path, command);
        foreach (var subcommand in command.Subcommands)
        {
            if (!subcommand.Hidden) Collect($"{path} {subcommand.Name}", subcommand, pages);
        }
    }

    private static string Page(string path, SortedDictionary<string, Command> pages, Product product, string date)
    {
        var (root, command) = (pages[product.Name], pages[path]);
        var page = new StringBuilder();
        var name = FileName(path);
        Line($".TH {Roff(name.ToUpperInvariant())} 1 \"{date}\" \"{product.Name} {ProgramVersion.Text}\" \"{product.Title}\"");
        Section("NAME");
        Text($"{Roff(name)} \\- {Roff(LowerFirst(command.Description ?? ""))}");

        var arguments = string.Concat(command.Arguments.Select(argument => $" \\fI{Roff(argument.HelpName ?? argument.Name)}\\fR"));
        var subcommands = command.Subcommands.Where(subcommand => !subcommand.Hidden).ToList();
        Section("SYNOPSIS");
        Line($"\\fB{Roff(path)}\\fR{(subcommands.Count > 0 ? " \\fIcommand\\fR" : "")}{arguments} [\\fIoptions\\fR]");

        if (subcommands.Count > 0)
        {
            Section("COMMANDS");
            foreach (var subcommand in subcommands)
                Item($"\\fB{Roff(name)}\\-{Roff(subcommand.Name)}\\fR(1)", subcommand.Description);
        }

        if (command.Arguments.Count > 0)
        {
            Section("ARGUMENTS");
            foreach (var argument in command.Arguments) Item($"\\fI{Roff(argument.HelpName ?? argument.Name)}\\fR", argument.Description);
        }

        Section("OPTIONS");
        foreach (var option in command.Options.Concat(root.Options.Where(option => option.Recursive)).Distinct().Where(option => !option.Hidden))
        {
            var names = option.Aliases.Where(alias => alias.Length == 2 && alias[0] == '-' && char.IsAsciiLetter(alias[1])).Append(option.Name);
            Item(
                string.Join(", ", names.Select(word => $"\\fB{Roff(word)}\\fR")) + (option.HelpName is { } value ? $" \\fI{Roff(value)}\\fR" : ""),
                option.Description);
        }

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
        Line(string.Join(",\n", pages.Keys.Where(other => other != path).Select(other => $"\\fB{Roff(FileName(other))}\\fR(1)")));
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
