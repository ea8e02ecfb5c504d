using Datagen.Auth;

namespace Datagen.Console;

/// <summary>The command line makes no sense.</summary>
internal sealed class UsageException(string message, string hint) : AuthException(message, hint);

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
        // A defect of ours. The executable has no trace, so its name is all that a person can pass on.
        _ => new(
            Console.ExitCode.Failed, "failed", $"{product.Name} has a defect: {error.GetType().Name}",
            $"please report it, with what {product.Variable("DEBUG")}=1 shows"),
    };

    /// <summary>The same where nobody is signed in to a profile that was named, which may be a slip of the finger.</summary>
    public Failure In(string profile, string? nearest) =>
        this with { Message = $"nobody is signed in to the profile {profile}", Hint = nearest is null ? Hint : $"did you mean {nearest}? else {Hint}" };
}
