namespace Datagen.Console;

/// <summary>The process's exit codes.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int Unreachable = 3;
    public const int NotSignedIn = 4;
    public const int SignInFailed = 5;
    public const int Interrupted = 130;
    public const int Terminated = 143;
}
