using Datagen.Auth;
using Datagen.Host;

namespace Datagen.Storage;

/// <summary>System calls whose failure is told as the credentials file's.</summary>
internal static class Disk
{
    /// <summary>False where there was nothing to delete.</summary>
    public static bool Delete(string path) => Try(() => FileCalls.Delete(path));

    public static void FlushFolder(string folder) => Try(() => FileCalls.FlushFolder(folder));

    /// <exception cref="CredentialsFileException">The call failed: something can't be written.</exception>
    public static void Try(Action call) => Try(() =>
    {
        call();
        return true;
    });

    /// <exception cref="CredentialsFileException">The call failed: something can't be written.</exception>
    public static T Try<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (SystemCallException problem)
        {
            throw new CredentialsFileException(CredentialsFileProblem.Unwritable, problem.Message, problem);
        }
    }
}
