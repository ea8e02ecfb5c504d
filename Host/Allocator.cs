using System.Runtime.InteropServices;

namespace Datagen.Host;

/// <summary>glibc's allocator, told that this process is small and short-lived.</summary>
internal static partial class Allocator
{
    /// <summary>
    /// One arena, grown by a megabyte at a time. Otherwise each thread takes 128 MiB of address space for one of its own, and OpenSSL's
    /// start-up grows it page by page. To be called before any thread is started.
    /// </summary>
    public static void ExpectLittle()
    {
        const int TopPad = -2, ArenaMaximum = -8;
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = Set(ArenaMaximum, 1);
            _ = Set(TopPad, 1 << 20);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library: it does well without.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int Set(int parameter, int value);
}
