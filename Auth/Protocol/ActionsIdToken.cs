namespace Datagen.Protocol;

/// <summary>What GitHub Actions answers a job that asks for its ID token.</summary>
internal sealed record ActionsIdToken
{
    public string? Value { get; init; }

    public override string ToString() => nameof(ActionsIdToken);
}
