using System.Runtime.InteropServices;

namespace Datagen.Host;

/// <summary>A system call that failed: what was tried, on which file, and the system's reason.</summary>
internal sealed class SystemCallException(string what, string path, int error, string? reason = null)
    : IOException($"can't {what} {path}: {reason ?? Marshal.GetPInvokeErrorMessage(error)}", error)
{
    public int Error => HResult;

    /// <summary>The failure of the call just made. To be asked before any other call.</summary>
    public static SystemCallException Last(string what, string path) => new(what, path, Marshal.GetLastPInvokeError());

    /// <summary>The reason alone, of a failure of this class or of the framework's files.</summary>
    public static string ReasonOf(Exception problem) => problem switch
    {
        UnauthorizedAccessException => "permission denied",
        ArgumentOutOfRangeException => "File too large", // what the framework makes of EFBIG
        DirectoryNotFoundException or FileNotFoundException => "no such folder",
        _ when problem.HResult is > 0 and < 4096 => Marshal.GetPInvokeErrorMessage(problem.HResult), // an errno
        _ => "input/output error",
    };
}
