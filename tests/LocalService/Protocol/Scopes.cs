namespace LocalService.Protocol;

public static class Scopes
{
    public const string OpenId = "openid";
    public const string Email = "email";
    public const string Profile = "profile";
    public const string OfflineAccess = "offline_access";

    /// <summary>What a request without a scope gets (RFC 6749 3.3).</summary>
    public const string Default = "openid email";

    public static IReadOnlyList<string> Supported { get; } = [OpenId, Email, Profile, OfflineAccess];

    public static bool AreSupported(string scope) => Split(scope).All(Supported.Contains);

    public static bool Contains(string scope, string name) => Split(scope).Contains(name);

    public static bool Covers(string granted, string asked) => Split(asked).All(Split(granted).Contains);

    public static string InWords(string name) => name switch
    {
        OpenId => "Know who you are, and your organizations and groups",
        Email => "See your email address",
        Profile => "See your name",
        OfflineAccess => "Keep you signed in until you sign out",
        _ => name,
    };

    public static string[] Split(string scope)
    {
        return scope.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }
}
