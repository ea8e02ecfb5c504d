namespace LocalService.Protocol;

/// <summary>Authentication context classes (OpenID Connect Core 2). Here a class is only a word: whoever asks for one gets it with the next password.</summary>
public static class Acrs
{
    public const string Password = "urn:local:password";
    public const string Strong = "urn:local:strong";

    public static IReadOnlyList<string> Supported { get; } = [Password, Strong];

    /// <summary>The first of acr_values that there is, else the usual one: a voluntary claim (OpenID Connect Core 3.1.2.1).</summary>
    public static string Choose(string? acrValues) =>
        Scopes.Split(acrValues ?? string.Empty).FirstOrDefault(Supported.Contains) ?? Password;
}
