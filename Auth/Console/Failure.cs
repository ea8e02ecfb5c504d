using Datagen.Auth;
using Datagen.Commands;

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

/// <summary>The command line makes no sense.</summary>
internal sealed class UsageException(string message, string? hint = null) : AuthException(message, hint);

/// <summary>What a person and a script are told of an error. Here, and only here, errors become exit codes.</summary>
internal readonly record struct Failure(int ExitCode, string Code, string Message, string? Hint)
{
    public static Failure Of(Exception error, Product product, int interruptedBy) => error switch
    {
        OperationCanceledException => new(
            interruptedBy == 0 ? Console.ExitCode.Interrupted : interruptedBy, "interrupted", "interrupted", null),
        UsageException usage => new(Console.ExitCode.Usage, "usage", usage.Message, usage.Hint),
        ServiceUnreachableException unreachable => new(
            Console.ExitCode.Unreachable, "unreachable", unreachable.Message, unreachable.Hint),
        NotSignedInException notSignedIn => new(
            Console.ExitCode.NotSignedIn, "not_signed_in", notSignedIn.Message, notSignedIn.Hint),
        SignInFailedException failed => new(Console.ExitCode.SignInFailed, "sign_in_failed", failed.Message, failed.Hint),
        CredentialsFileException file => new(Console.ExitCode.Failed, "failed", file.Message, file.HintFor(product)),
        AuthException refused => new(Console.ExitCode.Failed, "failed", refused.Message, refused.Hint),
        // A defect of ours. Its name is all that a person can pass on: the trace is not in the executable.
        _ => new(
            Console.ExitCode.Failed, "failed", $"{product.Name} has a defect: {error.GetType().Name}",
            $"please report it, with what {product.Variable("DEBUG")}=1 shows"),
    };
}
