namespace Datagen.Auth;

/// <summary>What a person needs to approve a sign-in that another call completes. Free of control characters.</summary>
/// <param name="UserCode">The code to enter or compare.</param>
/// <param name="VerificationUri">Where to enter it.</param>
/// <param name="VerificationUriComplete">The same with the code in it, if the server has one.</param>
/// <param name="ExpiresAt">When the code expires.</param>
/// <param name="Interval">The time between two questions to the server.</param>
public sealed record StartedSignIn(
    string UserCode, Uri VerificationUri, Uri? VerificationUriComplete, DateTimeOffset ExpiresAt, TimeSpan Interval);
