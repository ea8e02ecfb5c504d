using System.Runtime.InteropServices;

namespace Datagen.Host;

/// <summary>Another program in the place of this one, with its streams, its process id and its parent.</summary>
internal static partial class ProcessReplacement
{
    /// <summary>Comes back only if the program can't be started, with the errno.</summary>
    /// <param name="command">The program, looked for in PATH where it holds no slash, and its arguments.</param>
    /// <param name="environment">Its environment, as NAME=value.</param>
    public static int Execute(string[] command, string[] environment)
    {
        // The runtime and ProcessSetUp ignore these two, and what is ignored stays so.
        const int BrokenPipe = 13, FileTooLarge = 25, Default = 0;
        _ = OnSignal(BrokenPipe, Default);
        _ = OnSignal(FileTooLarge, Default);
        string?[] arguments = [.. command, null];
        string?[] variables = [.. environment, null];
        if (command[0].Contains('/', StringComparison.Ordinal)) return Start(command[0], arguments, variables);

        // As execvp(3): where one place forbids it, a later one may not.
        var error = Errno.NotFound;
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin").Split(':'))
        {
            var tried = Start(folder.Length == 0 ? $"./{command[0]}" : $"{folder}/{command[0]}", arguments, variables);
            if (tried is not (Errno.NotFound or Errno.NotAFolder)) error = tried;
        }

        return error;
    }

    public static string Reason(int error) => Marshal.GetPInvokeErrorMessage(error);

    private static int Start(string path, string?[] arguments, string?[] environment)
    {
        _ = Execute(path, arguments, environment);
        var error = Marshal.GetLastPInvokeError();
        if (error != Errno.NoExecutable) return error;
        // A script without a first line that says who runs it.
        _ = Execute("/bin/sh", ["/bin/sh", path, .. arguments[1..]], environment);
        return Marshal.GetLastPInvokeError();
    }

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string path, string?[] arguments, string?[] environment);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint OnSignal(int signal, nint handler);
}
