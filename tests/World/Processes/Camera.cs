using System.Diagnostics;
using System.Text;

namespace Tests.World;

/// <summary>A phone that is held to the screen: zbarimg reads what is in the picture.</summary>
public static class Camera
{
    private const int PixelsPerSquare = 4;

    /// <param name="lines">The code, two squares a character.</param>
    /// <param name="ink">How light what is drawn is: 0 for black.</param>
    /// <param name="paper">How light the rest is.</param>
    /// <param name="folder">Where the picture goes.</param>
    public static async Task<string> ReadsAsync(IReadOnlyList<string> lines, byte ink, byte paper, TemporaryFolder folder)
    {
        var width = lines[0].Length;
        Assert.All(lines, line => Assert.Equal(width, line.Length));
        var picture = new List<byte>(Encoding.ASCII.GetBytes($"P5 {width * PixelsPerSquare} {2 * lines.Count * PixelsPerSquare} 255\n"));
        foreach (var line in lines)
        {
            foreach (var half in new[] { "█▀", "█▄" })
            {
                var row = line.SelectMany(square => Enumerable.Repeat(half.Contains(square, StringComparison.Ordinal) ? ink : paper, PixelsPerSquare)).ToList();
                for (var i = 0; i < PixelsPerSquare; i++) picture.AddRange(row);
            }
        }

        await File.WriteAllBytesAsync(folder["code.pgm"], [.. picture], TestContext.Current.CancellationToken);
        using var reader = new Started(new ProcessStartInfo("zbarimg", ["--raw", "--quiet", folder["code.pgm"]]), input: "");
        return (await reader.ExitAsync(TestContext.Current.CancellationToken)).StandardOutput;
    }
}
