using Datagen.Auth;

namespace Library;

/// <summary>A folder with a credential in it.</summary>
internal sealed class SignedIn : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("datagen-bench-");

    public SignedIn(TimeSpan left, string issuer = "https://datagen.example")
    {
        var now = DateTimeOffset.UtcNow;
        var path = Path.Combine(_folder.FullName, "credentials.json");
        System.IO.File.WriteAllText(path, $$"""
            {"access_token":"{{new string('a', 800)}}","token_type":"Bearer","email":"you@yourcompany.com","active_org_slug":"yourcompany",
             "stored_at":"{{now.AddHours(-1):yyyy-MM-ddTHH:mm:ssZ}}","expires_at":"{{now + left:yyyy-MM-ddTHH:mm:ssZ}}","refresh_token":"r1",
             "issuer":"{{issuer}}","client_id":"datagen-cli","endpoints":{"token_endpoint":"{{issuer}}/token"} }
            """);
        System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public string Folder => _folder.FullName;

    public static Session Open(string folder) =>
        Session.Open(Product.Datagen, new SessionOptions { Issuer = "https://datagen.example", ClientId = "datagen-cli", Scope = "openid", Folder = folder });

    public void Dispose() => _folder.Delete(recursive: true);
}
