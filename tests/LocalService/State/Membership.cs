namespace LocalService.State;

public sealed record Membership(string Slug, string Role);
