using ConsoleAppFramework;
using Datagen.Auth;

namespace Datagen.Console;

/// <summary>Read by name: of an enumeration the framework itself would take numbers, lists and any case. CommandLine has refused what is none of them.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class FormatValueAttribute : Attribute, IArgumentParser<OutputFormat>
{
    public static bool TryParse(ReadOnlySpan<char> s, out OutputFormat result)
    {
        result = s is "json" ? OutputFormat.Json : OutputFormat.Text;
        return s is "json" or "text";
    }
}

[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class FlowValueAttribute : Attribute, IArgumentParser<SignInFlow?>
{
    public static bool TryParse(ReadOnlySpan<char> s, out SignInFlow? result)
    {
        result = s switch { "device" => SignInFlow.Device, "browser" => SignInFlow.Browser, _ => null };
        return result is not null;
    }
}

[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class ShellValueAttribute : Attribute, IArgumentParser<Shell>
{
    public static bool TryParse(ReadOnlySpan<char> s, out Shell result)
    {
        result = s switch { "bash" => Shell.Bash, "zsh" => Shell.Zsh, _ => Shell.Fish };
        return s is "bash" or "zsh" or "fish";
    }
}

/// <summary>An argument that may begin with a hyphen, after <c>--</c>.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class AnyWordAttribute : Attribute, IArgumentParser<string>
{
    public static bool TryParse(ReadOnlySpan<char> s, out string result)
    {
        result = s.TrimStart(CommandLine.Mark).ToString();
        return true;
    }
}

/// <summary>Every value of an option that may be repeated, or every word of a command, commas and all.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class RepeatedAttribute : Attribute, IArgumentParser<string[]>
{
    public static bool TryParse(ReadOnlySpan<char> s, out string[] result)
    {
        result = s.TrimStart(CommandLine.Mark).ToString().Split(CommandLine.Mark);
        return true;
    }
}
