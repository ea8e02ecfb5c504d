using System.Collections;

namespace Datagen.Host;

/// <summary>The environment that this process was given, as the programs that it starts are to see it.</summary>
internal static class Surroundings
{
    /// <summary>NAME=value, in no order.</summary>
    public static string[] Without(HashSet<string> names)
    {
        var environment = new List<string>();
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            var name = GivenName((string)variable.Key);
            if (!names.Contains(name)) environment.Add($"{name}={variable.Value}");
        }

        return [.. environment];
    }

    // start.c hides these from the runtime and the framework.
    private static string GivenName(string name) =>
        name.StartsWith("$OTNET_", StringComparison.Ordinal) ? $"D{name[1..]}"
        : name.StartsWith("#OMPlus_", StringComparison.Ordinal) ? $"C{name[1..]}"
        : name;
}
