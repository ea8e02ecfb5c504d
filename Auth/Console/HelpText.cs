using System.Text;

namespace Datagen.Console;

/// <summary>A page of help, as wide as the terminal.</summary>
internal static class HelpText
{
    private const int Indent = 2, WidestTerm = 26, NarrowestText = 20;

    public static string Of(HelpPage page, int columns)
    {
        var text = new StringBuilder();
        Paragraph(text, page.Title, 0, 0, columns);
        if (page.Details.Length > 0)
        {
            text.Append('\n');
            Paragraph(text, page.Details, 0, 0, columns);
        }

        text.Append($"\nUsage:\n  {page.Name}{page.Usage}\n");
        Section("Commands", page.Commands.Select(command => (command.Word, command.Title)));
        Section("Arguments", page.Arguments.Select(argument => ($"<{argument.Shown}>", argument.Text)));
        Section("Options", page.Options.Select(option => (TermOf(option), option.Text)));
        if (page.Examples.Count > 0) text.Append($"\nExample{(page.Examples.Count > 1 ? "s" : "")}:\n");
        foreach (var example in page.Examples) text.Append($"  {example}\n");
        return text.ToString();

        void Section(string title, IEnumerable<(string Term, string Text)> items)
        {
            var rows = items.ToList();
            if (rows.Count == 0) return;
            text.Append($"\n{title}:\n");
            var start = Indent + Math.Min(rows.Max(row => row.Term.Length), WidestTerm) + 2;
            foreach (var row in rows)
            {
                text.Append(' ', Indent).Append(row.Term);
                var at = Indent + row.Term.Length;
                if (at + 2 > start)
                {
                    text.Append('\n');
                    at = 0;
                }

                Paragraph(text, row.Text, at, start, columns);
            }
        }
    }

    private static string TermOf(HelpItem option) =>
        $"{(option.Letter is null ? "" : $"{option.Letter}, ")}{option.Name}{(option.Value is null ? "" : $" {option.Shown}")}";

    /// <summary>Words from column <paramref name="at"/> on, with every line beginning at <paramref name="start"/>.</summary>
    public static void Paragraph(StringBuilder text, string words, int at, int start, int columns)
    {
        columns = Math.Max(columns, start + NarrowestText);
        var isFirst = true;
        foreach (var word in words.Split(' '))
        {
            if (!isFirst && at + 1 + word.Length > columns)
            {
                text.Append('\n');
                at = 0;
                isFirst = true;
            }

            var gap = isFirst ? start - at : 1;
            text.Append(' ', gap).Append(word);
            at += gap + word.Length;
            isFirst = false;
        }

        text.Append('\n');
    }
}
