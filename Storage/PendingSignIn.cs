using Datagen.Auth;

namespace Datagen.Storage;

/// <summary>A device authorization that was begun by one process and is to be completed by another.</summary>
internal sealed record PendingSignIn
{
    public required string DeviceCode { get; init; }

    public required string UserCode { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>In seconds, with every slow_down so far.</summary>
    public required double Interval { get; init; }

    public int SlowDowns { get; init; }

    /// <summary>Whether a poll had no answer so far.</summary>
    public bool AnswerLost { get; init; }

    /// <summary>No process asks before this.</summary>
    public required DateTimeOffset NextPollAt { get; init; }

    public required string Issuer { get; init; }

    public required string ClientId { get; init; }

    public string? ClientSecret { get; init; }

    public string? Api { get; init; }

    public required Endpoints Endpoints { get; init; }

    /// <summary>As in <see cref="Credential"/>.</summary>
    public string? DpopKey { get; init; }

    /// <summary>The agent's key that was chosen.</summary>
    public string? DpopJkt { get; init; }

    public string? DpopAlg { get; init; }

    /// <summary>How the profile is to sign in from now on.</summary>
    public SignInSettings? Settings { get; init; }

    // A record prints its members by default, and two of these are secrets.
    public override string ToString() => $"pending sign-in {UserCode}";
}
