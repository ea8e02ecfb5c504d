using System.Text;

namespace Fuzz;

/// <summary>Something that parses foreign bytes, and what must hold of it whatever they are.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ShortRun">How many inputs the short form gives it.</param>
/// <param name="Seeds">Inputs to start from: good ones, and those that once found something.</param>
/// <param name="Words">What its grammar is made of.</param>
/// <param name="Check">Throws if something does not hold.</param>
internal sealed record Target(string Name, int ShortRun, IReadOnlyList<byte[]> Seeds, IReadOnlyList<string> Words, Action<byte[]> Check)
{
    public static Target OfBytes(string name, int shortRun, IEnumerable<string> seeds, IReadOnlyList<string> words, Action<byte[]> check) =>
        new(name, shortRun, [.. seeds.Select(Encoding.UTF8.GetBytes)], words, check);

    public static Target OfText(string name, int shortRun, IEnumerable<string> seeds, IReadOnlyList<string> words, Action<string> check) =>
        OfBytes(name, shortRun, seeds, words, bytes => check(Encoding.UTF8.GetString(bytes)));

    public override string ToString() => Name;
}

/// <summary>Something that should hold does not.</summary>
internal sealed class PropertyException(string what) : Exception(what)
{
    public static void Require(bool holds, string what)
    {
        if (!holds) throw new PropertyException(what);
    }
}
