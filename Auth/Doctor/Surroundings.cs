namespace Datagen.Doctor;

/// <summary>What the doctor is told by the rooms above it.</summary>
internal sealed record Surroundings
{
    public required string Version { get; init; }

    /// <summary>The names of the product's own environment variables.</summary>
    public required IReadOnlyList<string> Variables { get; init; }

    public required Func<string, string?> Environment { get; init; }

    /// <summary>Whether standard error is a terminal.</summary>
    public required bool HasTerminal { get; init; }

    /// <summary>The programs that would be tried to open a browser.</summary>
    public required IReadOnlyList<string> Browsers { get; init; }

    /// <summary>Where the certificate authorities come from; null where there are none.</summary>
    public required Func<string?> Authorities { get; init; }
}
