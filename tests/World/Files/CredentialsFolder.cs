using System.Runtime.InteropServices;

namespace Tests.World;

/// <summary>The folder of a credentials file, after somebody died in it.</summary>
public static partial class CredentialsFolder
{
    public static string[] Leftovers(this Credentials file) =>
        [.. file.Siblings.OfType<string>().Where(name => name is not ("credentials.json" or "credentials.lock" or "settings.json"))];

    public static void LockIsFree(this Credentials file)
    {
        const int Exclusive = 2, AtOnce = 4;
        if (!File.Exists(file.LockPath)) return;
        using var handle = File.OpenHandle(file.LockPath, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        // Whatever lock the framework took itself is of this same open file, and is changed into this one.
        Assert.Equal(0, Lock(handle, Exclusive | AtOnce));
    }

    [LibraryImport("libc", EntryPoint = "flock")]
    private static partial int Lock(SafeHandle handle, int operation);
}
