namespace LocalService.State;

public sealed record Person(string Subject, string Email, string Name)
{
    public string? DefaultOrgSlug { get; init; }

    public IReadOnlyList<Membership> Memberships { get; init; } = [];

    public IReadOnlyList<string> Groups { get; init; } = [];
}
