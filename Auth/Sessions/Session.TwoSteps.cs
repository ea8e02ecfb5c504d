using Datagen.Storage;

namespace Datagen.Auth;

/// <content>A sign-in in two steps, for callers that can't hold a process open while a person decides.</content>
public sealed partial class Session
{
    /// <summary>Begins a device sign-in (RFC 8628 section 3.1) and keeps what is needed to complete it, in place of one begun before.</summary>
    /// <param name="cancellation">Calls it off.</param>
    /// <exception cref="ServiceUnreachableException">The service can't be reached.</exception>
    /// <exception cref="AuthException">The server has no device authorization or answered with an error, or the environment stands in for the file.</exception>
    /// <exception cref="CredentialsFileException">The file can't be written.</exception>
    public Task<StartedSignIn> StartSignInAsync(CancellationToken cancellation = default)
    {
        RequireNoTokenFromEnvironment("sign in");
        return NewSignIn().StartAsync(NewPendingFile(), cancellation);
    }

    /// <summary>Completes the sign-in that <see cref="StartSignInAsync"/> began: asks once, and again while there is time. Polls keep their distance across processes.</summary>
    /// <param name="wait">How long to go on asking; at least one answer is waited for.</param>
    /// <param name="cancellation">Ends the wait; the sign-in can still be completed.</param>
    /// <exception cref="SignInFailedException">The person said no, the code has expired, or nobody has decided yet.</exception>
    /// <exception cref="ServiceUnreachableException">The service can't be reached.</exception>
    /// <exception cref="AuthException">No sign-in was started, or the server answered with an error.</exception>
    /// <exception cref="CredentialsFileException">A file can't be used.</exception>
    public async Task<Identity> FinishSignInAsync(TimeSpan wait = default, CancellationToken cancellation = default)
    {
        RequireNoTokenFromEnvironment("sign in");
        return IdentityOf(await NewSignIn().FinishAsync(NewPendingFile(), wait, cancellation).ConfigureAwait(false));
    }

    private PendingSignInFile NewPendingFile() => new(Path.GetDirectoryName(CredentialsFile.Path)!);
}

/// <summary>What a person needs to approve a sign-in that another call completes. Free of control characters.</summary>
/// <param name="UserCode">The code to enter or compare.</param>
/// <param name="VerificationUri">Where to enter it.</param>
/// <param name="VerificationUriComplete">The same with the code in it, if the server has one.</param>
/// <param name="ExpiresAt">When the code expires.</param>
/// <param name="Interval">The time between two questions to the server.</param>
public sealed record StartedSignIn(
    string UserCode, Uri VerificationUri, Uri? VerificationUriComplete, DateTimeOffset ExpiresAt, TimeSpan Interval);
