namespace Datagen.Auth;

/// <summary>An expected failure: the server refused or answered with an error, or the input makes no sense.</summary>
/// <remarks>The message says what happened and holds no secret. Text in it that came from a server has lost its control characters.</remarks>
public class AuthException : Exception
{
    /// <summary>Says what happened and, where something helps, what to do.</summary>
    /// <param name="message">What happened, without a final period.</param>
    /// <param name="hint">What the person can do about it.</param>
    /// <param name="cause">The failure underneath.</param>
    public AuthException(string message, string? hint = null, Exception? cause = null)
        : base(message, cause) => Hint = hint;

    /// <summary>What the person can do about it, if there is something.</summary>
    public string? Hint { get; }

    /// <summary>Why a sign-in failed, in a word for programs: an error code of RFC 6749, RFC 8628 or the server's own, or <c>answer_lost</c>; null where there is none.</summary>
    public string? Reason { get; init; }
}

/// <summary>There is no session: no credential, or it is expired or revoked and can't be refreshed.</summary>
public sealed class NotSignedInException : AuthException
{
    internal NotSignedInException(string message, string hint, bool noCredential = false)
        : base(message, hint) => NoCredential = noCredential;

    internal static NotSignedInException Nobody(Product product) =>
        new("you are not signed in", product.LoginHint, noCredential: true);

    /// <summary>Only where the server said so.</summary>
    internal static NotSignedInException Ended(Product product) =>
        new("your session has expired or was revoked", product.LoginHint);

    internal static NotSignedInException NoRefreshToken(Product product, bool hasExpired) =>
        new(hasExpired ? "your access token has expired, and there is no refresh token" : "there is no refresh token", product.LoginHint);

    /// <summary>True if nobody signed in at all, false if a session has ended.</summary>
    public bool NoCredential { get; }
}

/// <summary>The person said no, or nobody said anything in time.</summary>
public sealed class SignInFailedException : AuthException
{
    internal SignInFailedException(string message, string? hint = null)
        : base(message, hint)
    {
    }
}

/// <summary>The service could not be reached: name resolution, connection, TLS, time-out, or an answer in the 500s.</summary>
public sealed class ServiceUnreachableException : AuthException
{
    internal ServiceUnreachableException(string message, string? hint = null, Exception? cause = null)
        : base(message, hint, cause)
    {
    }

    /// <summary>How long the server asked to be left alone (<c>Retry-After</c>), if it did.</summary>
    internal TimeSpan? RetryAfter { get; init; }

    /// <summary>The server's status (5xx); null where there was no answer.</summary>
    internal int? Status { get; init; }

    /// <summary>Whether the request may have been carried out all the same: what is lost is the answer.</summary>
    internal bool MayHaveBeenDone { get; init; }
}
