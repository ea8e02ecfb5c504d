using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Fuzz;

/// <summary>Another input out of the ones there are: bytes changed, and values of JSON moved, doubled, nested and misspelt.</summary>
[ExcludeFromCodeCoverage] // Its own statements are no discovery.
internal sealed class Mutator(Random random, IReadOnlyList<string> words)
{
    private const int Longest = 48 << 10;

    private static readonly string[] s_values =
    [
        "null", "true", "false", "0", "-1", "-0", "1e999", "1e-999", "0.5", "900", "2147483648", "-9223372036854775809", "1E400", "1e308", "18446744073709551616",
        "\"\"", "\" \"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"NaN\"", "\"900\"", "\"\\u202e\\u2066\\u001b[31m\"", "{}", "[]", "[null]", "[[]]", "{\"\":0}",
        "\"2026-04-23T15:30:00Z\"", "\"9999-12-31T23:59:59.9999999-14:00\"", "\"0001-01-01T00:00:00+14:00\"", "\"https://id.example/\"", "\"http://127.0.0.1:1/\"",
    ];

    private static readonly string[] s_texts =
    [
        "\u001b[2J", "\u202e", "\u2066", "\u200b", "\u0085", "\u2028", "\ufeff", "\u007f", "\0", "\r\n", "\\u0000", "\\ud800", "\\udfff", "\\u001b", "\\n", "\\\"", "é", "😀", "\ue000", "%", "%0a", "%u0041", "+",
        "//x\n", "/*x*/", ",", ":", "\"", "{", "}", "[", "]", "=", "&", "?", "#", "@", "\\", "/", ".", "..", "-", " ", "\t", "\n",
    ];

    public byte[] Next(IReadOnlyList<byte[]> corpus)
    {
        var input = corpus[random.Next(corpus.Count)];
        for (var steps = 1 + random.Next(1 + random.Next(5)); steps > 0; steps--) input = Step(input, corpus);
        return input.Length <= Longest ? input : input[..Longest];
    }

    private byte[] Step(byte[] input, IReadOnlyList<byte[]> corpus)
    {
        var at = random.Next(input.Length + 1);
        var length = Math.Min(input.Length - at, 1 + random.Next(1 + random.Next(32)));
        switch (random.Next(20))
        {
            case 0 or 1 when input.Length > 0:
                var flipped = (byte[])input.Clone();
                flipped[random.Next(input.Length)] ^= (byte)(1 << random.Next(8));
                return flipped;
            case 2 when input.Length > 0:
                var changed = (byte[])input.Clone();
                changed[random.Next(input.Length)] = (byte)random.Next(256);
                return changed;
            case 3:
                return Replace(input, at, length, []);
            case 4:
                var noise = new byte[1 + random.Next(8)];
                random.NextBytes(noise);
                return Replace(input, at, 0, noise);
            case 5:
                return Replace(input, at + length, 0, input.AsSpan(at, length));
            case 6:
                return Replace(input, at, 0, Text(words.Count > 0 ? words[random.Next(words.Count)] : "x"));
            case 7:
                return Replace(input, at, length, Text(words.Count > 0 ? words[random.Next(words.Count)] : "x"));
            case 8:
                return Replace(input, at, 0, Text(s_texts[random.Next(s_texts.Length)]));
            case 9:
                var other = corpus[random.Next(corpus.Count)];
                return [.. input.AsSpan(0, at), .. other.AsSpan(random.Next(other.Length + 1))];
            case 10 when random.Next(8) == 0:
                return input[..at];
            case 11 when random.Next(8) == 0 && length > 0:
                var copies = new List<byte>();
                for (var left = 1 << random.Next(12); left > 0 && copies.Count < Longest; left--) copies.AddRange(input.AsSpan(at, length));
                return Replace(input, at, 0, [.. copies]);
            default:
                return StepInJson(input, corpus);
        }
    }

    private byte[] StepInJson(byte[] input, IReadOnlyList<byte[]> corpus)
    {
        var values = Values(input);
        if (values.Count == 0) return Replace(input, random.Next(input.Length + 1), 0, Text(s_values[random.Next(s_values.Length)]));
        var (start, end) = values[random.Next(values.Count)];
        var value = input.AsSpan(start, end - start);
        switch (random.Next(9))
        {
            case 0 or 1:
                return Replace(input, start, end - start, Text(s_values[random.Next(s_values.Length)]));
            case 2:
                var other = corpus[random.Next(corpus.Count)];
                var others = Values(other);
                if (others.Count == 0) return input;
                var (from, to) = others[random.Next(others.Count)];
                return Replace(input, start, end - start, other.AsSpan(from, to - from));
            case 3:
                // Once more behind itself: an element or, from its key on, a member.
                var key = input.AsSpan(0, start).LastIndexOfAny("{,"u8) + 1;
                var from0 = random.Next(2) == 0 ? start : key;
                return Replace(input, end, 0, [(byte)',', .. input.AsSpan(from0, end - from0)]);
            case 4:
                var depth = random.Next(4) switch { 0 => 1, 1 => 61 + random.Next(6), 2 => 10, _ => random.Next(3000) };
                return random.Next(2) == 0
                    ? Replace(input, start, end - start, [.. Enumerable.Repeat((byte)'[', depth), .. value, .. Enumerable.Repeat((byte)']', depth)])
                    : Replace(input, start, end - start, [.. Text(string.Concat(Enumerable.Repeat("{\"a\":", depth))), .. value, .. Enumerable.Repeat((byte)'}', depth)]);
            case 5:
                // The same, spelt in another way.
                if (value.Length == 0) return input;
                var one = start + random.Next(value.Length);
                return Replace(input, one, 1, Text(string.Create(CultureInfo.InvariantCulture, $"\\u{(int)input[one]:x4}")));
            case 6:
                return Replace(input, start + random.Next(value.Length + 1), 0, Text(s_texts[random.Next(s_texts.Length)]));
            case 7:
                return Replace(input, start, end - start, Text(words.Count > 0 ? $"\"{words[random.Next(words.Count)]}\"" : "\"x\""));
            default:
                var (start2, end2) = values[random.Next(values.Count)];
                return Replace(input, start, end - start, input.AsSpan(start2, end2 - start2));
        }
    }

    /// <summary>Where values and keys of JSON are, as far as there is JSON.</summary>
    private static List<(int Start, int End)> Values(byte[] input)
    {
        var found = new List<(int, int)>();
        var open = new Stack<int>();
        for (var i = 0; i < input.Length && found.Count < 400;)
        {
            var one = input[i];
            if (one == '"')
            {
                var end = i + 1;
                while (end < input.Length && input[end] != '"') end += input[end] == '\\' ? 2 : 1;
                end = Math.Min(end + 1, input.Length);
                found.Add((i, end));
                i = end;
            }
            else if (one is (byte)'{' or (byte)'[')
            {
                open.Push(i++);
            }
            else if (one is (byte)'}' or (byte)']')
            {
                i++;
                if (open.TryPop(out var begin)) found.Add((begin, i));
            }
            else if (char.IsAsciiLetterOrDigit((char)one) || one == '-')
            {
                var end = i + 1;
                while (end < input.Length && (char.IsAsciiLetterOrDigit((char)input[end]) || input[end] is (byte)'+' or (byte)'-' or (byte)'.')) end++;
                found.Add((i, end));
                i = end;
            }
            else
            {
                i++;
            }
        }

        return found;
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Replace(byte[] input, int at, int length, ReadOnlySpan<byte> by) =>
        [.. input.AsSpan(0, at), .. by, .. input.AsSpan(Math.Min(input.Length, at + length))];
}
