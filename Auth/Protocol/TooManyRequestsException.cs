using Datagen.Auth;

namespace Datagen.Protocol;

/// <summary>HTTP 429.</summary>
internal sealed class TooManyRequestsException(string message, TimeSpan? retryAfter, OAuthError? error = null)
    : AuthException(message, retryAfter is { } wait ? $"try again in {Math.Ceiling(wait.TotalSeconds):0} seconds" : "try again later")
{
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>What the body says, if it says something: some servers answer <c>slow_down</c> with this status.</summary>
    public OAuthError? Error { get; } = error;
}
