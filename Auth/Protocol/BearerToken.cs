using System.Diagnostics.CodeAnalysis;
using Datagen.Storage;

namespace Datagen.Protocol;

/// <summary>What can stand in an Authorization header (RFC 6750 section 2.1, read generously).</summary>
internal static class BearerToken
{
    public const string Scheme = "Bearer";

    public static bool IsWellFormed([NotNullWhen(true)] string? token) => Credential.IsToken(token);
}
