using System.Runtime.InteropServices;

namespace Datagen.Host;

/// <summary>The C library's environment, which OpenSSL reads; the framework's is a copy of it.</summary>
internal static partial class ProcessEnvironment
{
    /// <summary>Not while another thread may read it.</summary>
    public static void Set(string name, string? value) => _ = value is null ? Unset(name) : Set(name, value, overwrite: 1);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Set(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unset(string name);
}
