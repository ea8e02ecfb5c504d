using System.Runtime.InteropServices;

namespace Datagen.Host;

/// <summary>open(2)'s flags, whose values differ between systems.</summary>
internal static class FileOpenFlags
{
    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int ReadWrite = 2;
    public const int LinuxCreate = 0x40;

    public static int CloseOnExec => OperatingSystem.IsLinux() ? 0x80000 : 0x1000000;

    public static int NonBlocking => OperatingSystem.IsLinux() ? 0x800 : 0x4;

    public static int DoNotFollowLink => !OperatingSystem.IsLinux() ? 0x100
        : RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;
}
