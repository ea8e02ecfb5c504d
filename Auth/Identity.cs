namespace Datagen.Auth;

/// <summary>Who is signed in.</summary>
/// <param name="Email">The signed-in email, if the server tells it.</param>
/// <param name="ActiveOrgSlug">The organization that requests act for; null where there is none.</param>
/// <param name="Memberships">The organizations, in the server's order.</param>
/// <param name="Groups">The groups, in the server's order.</param>
/// <param name="ExpiresAt">When the access token expires, if the server said.</param>
public sealed record Identity(
    string? Email,
    string? ActiveOrgSlug,
    IReadOnlyList<Membership> Memberships,
    IReadOnlyList<string> Groups,
    DateTimeOffset? ExpiresAt)
{
    /// <summary>The person's role in the active organization; null where there is none.</summary>
    public string? Role => Memberships.FirstOrDefault(membership => membership.Slug == ActiveOrgSlug)?.Role;

    internal bool IsMemberOf(string slug) => Memberships.Any(membership => membership.Slug == slug);
}

/// <summary>An organization and the person's role there.</summary>
/// <param name="Slug">The organization's short name.</param>
/// <param name="Role">The role, as the platform words it.</param>
public sealed record Membership(string Slug, string? Role);
