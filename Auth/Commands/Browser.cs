using System.Collections;
using System.Runtime.InteropServices;

namespace Datagen.Auth.Commands;

/// <summary>The person's browser, opened only where a person can see it.</summary>
internal static partial class Browser
{
    // They start "successfully" in a terminal that is ours, where nobody can sign in with them.
    private static readonly string[] TextBrowsers = ["w3m", "lynx", "links", "links2", "elinks", "www-browser"];

    /// <summary>The commands to try, in order; none where there is no browser to be seen.</summary>
    public static IReadOnlyList<string> Commands(bool hasTerminal, Func<string, string?> environment)
    {
        if (!hasTerminal || IsSet("SSH_CONNECTION")) return [];
        if (environment("BROWSER") is { Length: > 0 } named)
            return [.. named.Split(':', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Where(command => !TextBrowsers.Contains(Path.GetFileName(command.Split(' ')[0])))];
        if (OperatingSystem.IsMacOS()) return ["open"];
        return IsSet("DISPLAY") || IsSet("WAYLAND_DISPLAY") ? ["xdg-open"] : [];

        bool IsSet(string name) => environment(name) is { Length: > 0 };
    }

    /// <summary>Starts the first of the commands that can be started. No shell takes part.</summary>
    public static bool Open(IReadOnlyList<string> commands, Uri address, IEnumerable<string> secretVariables)
    {
        var environment = EnvironmentWithout([.. secretVariables]);
        return commands.Any(command => Start(Arguments(command, address.AbsoluteUri), environment));
    }

    /// <summary>The words of a command; the address takes the place of <c>%s</c>, or comes last.</summary>
    internal static string[] Arguments(string command, string address)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return command.Contains("%s", StringComparison.Ordinal)
            ? [.. words.Select(word => word.Replace("%s", address, StringComparison.Ordinal))]
            : [.. words, address];
    }

    private static string[] EnvironmentWithout(HashSet<string> secrets)
    {
        var environment = new List<string>();
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (!secrets.Contains((string)variable.Key)) environment.Add($"{variable.Key}={variable.Value}");
        }

        return [.. environment];
    }

    // Not Process: it sets up the terminal for the child, and can't give it /dev/null, so a browser's chatter would be in ours.
    private static bool Start(string[] arguments, string[] environment)
    {
        const int ReadOnly = 0, WriteOnly = 1;
        const short SetSignals = 0x4 | 0x8; // Those that the runtime ignores or holds back are as they were.
        // Larger than any system's posix_spawn_file_actions_t and posix_spawnattr_t.
        var actions = Marshal.AllocHGlobal(1024);
        var attributes = actions + 512;
        try
        {
            if (ActionsInit(actions) != 0 || AttributesInit(attributes) != 0) return false;
            var started = SetFlags(attributes, SetSignals) == 0
                && SetDefault(attributes, SignalSet(0xff)) == 0
                && SetBlocked(attributes, SignalSet(0)) == 0
                && AddOpen(actions, 0, "/dev/null", ReadOnly, 0) == 0
                && AddOpen(actions, 1, "/dev/null", WriteOnly, 0) == 0
                && AddOpen(actions, 2, "/dev/null", WriteOnly, 0) == 0
                && Spawn(out _, arguments[0], actions, attributes, [.. arguments, null], [.. environment, null]) == 0;
            _ = ActionsDestroy(actions);
            _ = AttributesDestroy(attributes);
            return started;
        }
        finally
        {
            Marshal.FreeHGlobal(actions);
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_spawnp", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Spawn(
        out int pid, string file, nint actions, nint attributes, string?[] arguments, string?[] environment);

    // All signals, or none, for any system's sigset_t.
    private static byte[] SignalSet(byte all)
    {
        var set = new byte[128];
        Array.Fill(set, all);
        return set;
    }

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int AttributesInit(nint attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int AttributesDestroy(nint attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SetFlags(nint attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int SetDefault(nint attributes, byte[] signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int SetBlocked(nint attributes, byte[] signals);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int ActionsInit(nint actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int ActionsDestroy(nint actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddOpen(nint actions, int descriptor, string path, int flags, uint mode);
}
