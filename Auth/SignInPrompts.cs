namespace Datagen.Auth;

/// <summary>How a sign-in talks to the person. Each part may be left out.</summary>
public sealed record SignInPrompts
{
    /// <summary>Shows the user code and where to enter it, and opens that address if it can (RFC 8628 section 3.3).</summary>
    public Action<UserCodePrompt>? ShowUserCode { get; init; }

    /// <summary>Shows the address to sign in at, and opens it if it can (RFC 8252 section 4.1).</summary>
    public Action<Uri>? ShowAddress { get; init; }

    /// <summary>
    /// Reads a line that the person pastes: the address that their browser was sent to at the end, or the code in it. Null once
    /// there is nothing more to read. Left out where nobody can paste.
    /// </summary>
    public Func<CancellationToken, Task<string?>>? ReadPasted { get; init; }

    /// <summary>Called about once a second while the person is waited for, with the time that is left. It may also be called more often.</summary>
    public Action<TimeSpan>? Waiting { get; init; }

    /// <summary>Says something that the person should know but need not act on.</summary>
    public Action<string>? Note { get; init; }
}

/// <summary>What a person needs to approve a sign-in in a browser on any machine. Free of control characters.</summary>
/// <param name="UserCode">The code to enter or compare.</param>
/// <param name="VerificationUri">Where to enter it.</param>
/// <param name="VerificationUriComplete">The same with the code in it, if the server has one: for a browser, not for typing.</param>
/// <param name="ExpiresIn">How long the code is good.</param>
public sealed record UserCodePrompt(string UserCode, Uri VerificationUri, Uri? VerificationUriComplete, TimeSpan ExpiresIn);
