using Datagen.Auth;
using Datagen.Storage;

namespace Datagen.Doctor;

/// <summary>Takes out of a text what a stranger is not to read.</summary>
internal sealed class Discretion(SessionOptions options, Credential? credential, string? home)
{
    private const int ShortestSecret = 6;

    private readonly string[] _secrets =
    [
        .. new[]
            {
                options.Token, options.ClientSecret, options.Parameters,
                credential?.AccessToken, credential?.RefreshToken, credential?.IdToken, credential?.ClientSecret,
            }
            .OfType<string>().Where(secret => secret.Length >= ShortestSecret),
    ];

    public string Without(string text)
    {
        text = Printable.Text(text);
        foreach (var secret in _secrets) text = text.Replace(secret, "[redacted]", StringComparison.OrdinalIgnoreCase);
        if (home?.TrimEnd('/') is { Length: > 0 } folder) text = text.Replace(folder, "~", StringComparison.Ordinal);
        return text.Contains('@', StringComparison.Ordinal)
            ? string.Join(' ', text.Split(' ').Select(word => word.Contains('@', StringComparison.Ordinal) ? "[redacted]" : word))
            : text;
    }
}
