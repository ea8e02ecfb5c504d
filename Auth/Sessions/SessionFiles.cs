using Datagen.Auth;
using Datagen.Storage;

namespace Datagen.Sessions;

/// <summary>What a profile keeps in its folder.</summary>
internal sealed record SessionFiles(CredentialsFile Credentials, PendingSignInFile Pending, SettingsFile Settings, DpopKeys Keys)
{
    public static SessionFiles Of(CredentialsFile credentials, Product product, SessionOptions options, TimeProvider clock)
    {
        var folder = Path.GetDirectoryName(credentials.Path)!;
        return new SessionFiles(
            credentials, new PendingSignInFile(folder), new SettingsFile(folder), new DpopKeys(product, options, new DpopKeyFile(folder), clock));
    }
}
