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
    internal CredentialsFileException(CredentialsFileProblem problem, string message, Exception? cause = null)
        : base(message, cause: cause) => Problem = problem;

    /// <summary>What kind of trouble it is.</summary>
    public CredentialsFileProblem Problem { get; }
}
