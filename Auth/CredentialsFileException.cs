namespace Datagen.Auth;

/// <summary>What is wrong with a credentials file.</summary>
public enum CredentialsFileProblem
{
    /// <summary>It can't be opened or read.</summary>
    Unreadable,

    /// <summary>It is not what it should be: not JSON, a wrong type, too large, a folder, another user's.</summary>
    Damaged,

    /// <summary>It, or its folder, can't be written, or there is no place for it at all.</summary>
    Unwritable,

    /// <summary>Another process has held its lock for too long.</summary>
    Locked,
}

/// <summary>The credentials file can't be used. It was neither overwritten nor deleted.</summary>
public sealed class CredentialsFileException : AuthException
{
    internal CredentialsFileException(CredentialsFileProblem problem, string message, Exception? cause = null, string? hint = null)
        : base(message, hint, cause) => Problem = problem;

    /// <summary>What kind of trouble it is.</summary>
    public CredentialsFileProblem Problem { get; }

    /// <summary>What a person can do about it at the command line.</summary>
    internal string? HintFor(Product product) => Hint ?? Problem switch
    {
        CredentialsFileProblem.Unwritable =>
            $"set {product.Variable("CONFIG_DIR")} to a folder that can be written and locked, or {product.Variable("TOKEN")} to an access token",
        CredentialsFileProblem.Damaged =>
            $"{product.LoginCommand} replaces it; {product.Command("logout", " --local")} deletes it",
        CredentialsFileProblem.Locked => $"try again when the other {product.Name} process has ended",
        _ => null,
    };
}
