namespace Datagen.Auth;

/// <summary>A platform that people sign in to: its names, its defaults and its words. Everything that differs between products is here.</summary>
public sealed record Product
{
    private Product(DefaultFolder folder, Words words)
    {
        Folder = folder;
        Words = words;
    }

    /// <summary>Datagen Factory: device flow, organizations.</summary>
    public static Product Datagen { get; } = new(
        new DefaultFolder("datagen", ".config/datagen", UsesXdg: true),
        new Words
        {
            SignedIn = new Answer("""
                status: authenticated
                email: {email}
                active_org_slug: {active_org_slug}
                """, "authenticated", [Fact.Status, Fact.Email, Fact.ActiveOrgSlug]),
            Status = new Answer("""
                email: {email}
                active_org_slug: {active_org_slug}
                role: {role}
                """, null, [Fact.Email, Fact.ActiveOrgSlug, Fact.Role]),
            SignedOut = new Answer("status: logged_out", "logged_out", [Fact.Status]),
            NoCredential = new Answer("status: no_credential", "no_credential", [Fact.Status]),
            ActiveProfile = "active_profile",
            Profiles = "profiles",
            Email = "email",
            Identity = "who is signed in, the active organization, and the role there",
            Acting = "signed in and for the active organization",
        })
    {
        Name = "datagen",
        Title = "Datagen Factory",
        Issuer = "https://datagen.example",
        Api = "https://api.datagen.example",
        ClientId = "datagen-cli",
        EnvironmentPrefix = "DATAGEN",
        DefaultFlow = SignInFlow.Device,
        HasOrganizations = true,
    };

    /// <summary>GenLabZ: browser flow, groups.</summary>
    public static Product GenLabZ { get; } = new(
        new DefaultFolder("genlabz", ".genlabz", UsesXdg: false),
        new Words
        {
            SignedIn = new Answer(
                "Logged in successfully. Token expires at {expires_at}",
                "authenticated",
                [Fact.Status, Fact.Email, Fact.Groups, Fact.ExpiresAt])
            {
                WithoutExpiry = "Logged in successfully.",
            },
            Status = new Answer("""
                Email: {email}
                Groups: {groups}
                Expires: {expires_at}
                """, null, [Fact.Email, Fact.Groups, Fact.ExpiresAt]),
            SignedOut = new Answer("Logged out. Tokens cleared.", "logged_out", [Fact.Status]),
            NoCredential = new Answer("Not logged in.", "no_credential", [Fact.Status]),
            ActiveProfile = "Active profile",
            Profiles = "Profiles",
            Email = "Email",
            Identity = "who is signed in, their groups, and when the token expires",
            Acting = "signed in",
        })
    {
        Name = "genlabz",
        Title = "GenLabZ",
        Issuer = "https://auth.genlabz.example",
        Api = "https://api.genlabz.example",
        ClientId = "genlabz-cli",
        EnvironmentPrefix = "GENLABZ",
        DefaultFlow = SignInFlow.Browser,
        HasOrganizations = false,
        IdentityIsInIdToken = true,
    };

    /// <summary>All products.</summary>
    public static IReadOnlyList<Product> All { get; } = [Datagen, GenLabZ];

    /// <summary>The command's name.</summary>
    public required string Name { get; init; }

    /// <summary>The platform's name, as people say it.</summary>
    public required string Title { get; init; }

    /// <summary>The authorization server, unless the environment names another.</summary>
    public required string Issuer { get; init; }

    /// <summary>The base address of the platform's API, for tokens of the product's own <see cref="Issuer"/>; the environment may name another.</summary>
    public required string Api { get; init; }

    /// <summary>The public client's id (RFC 6749 section 2.2), unless the environment names another.</summary>
    public required string ClientId { get; init; }

    /// <summary>The scopes asked for, space separated, unless the environment names others.</summary>
    public string Scope { get; init; } = "openid email offline_access";

    /// <summary>What this product's environment variables begin with.</summary>
    public required string EnvironmentPrefix { get; init; }

    /// <summary>The way people sign in unless they ask for another.</summary>
    public required SignInFlow DefaultFlow { get; init; }

    /// <summary>Whether people act for organizations.</summary>
    public required bool HasOrganizations { get; init; }

    internal DefaultFolder Folder { get; }

    /// <summary>Who signed in is told by the ID token, else by UserInfo.</summary>
    internal bool IdentityIsInIdToken { get; init; }

    internal Words Words { get; }

    /// <summary>The profile in force, for the commands that hints name; null where none was named.</summary>
    internal string? Profile { get; init; }

    internal string LoginCommand => Command("login");

    internal string LoginHint => $"run {LoginCommand}";

    /// <summary>The environment variables, of any product, whose values no other program is to see.</summary>
    internal static IEnumerable<string> SecretVariables =>
        All.SelectMany(product => new[] { product.Variable("TOKEN"), product.Variable("CLIENT_SECRET") }).Append(ActionsRequestToken);

    /// <summary>What a job of GitHub Actions gets its ID token with.</summary>
    internal const string ActionsRequestToken = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";

    /// <summary>A command as a person would type it here.</summary>
    internal string Command(string name, string options = "") =>
        $"{Name} auth {name}{(Profile is null ? "" : $" --profile {Profile}")}{options}";

    /// <summary>The name of this product's environment variable that ends in <paramref name="suffix"/>.</summary>
    internal string Variable(string suffix) => $"{EnvironmentPrefix}_{suffix}";

    /// <summary>The product whose command is the program's name; the first one under any other name.</summary>
    internal static Product Named(string programPath)
    {
        // docker-credential-datagen is datagen too, under the name that docker looks it up by.
        var name = Path.GetFileNameWithoutExtension(programPath);
        name = name[(name.LastIndexOf("docker-credential-", StringComparison.Ordinal) is 0 ? "docker-credential-".Length : 0)..];
        return All.FirstOrDefault(product => product.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? All[0];
    }
}

/// <summary>A way to sign in.</summary>
public enum SignInFlow
{
    /// <summary>Device authorization grant (RFC 8628): a code to enter in any browser, on any machine.</summary>
    Device,

    /// <summary>Authorization code with PKCE on a loopback redirect (RFC 8252).</summary>
    Browser,
}

/// <summary>Where credentials.json is, relative to XDG_CONFIG_HOME (if used and set) or to HOME.</summary>
internal sealed record DefaultFolder(string BelowXdg, string BelowHome, bool UsesXdg);

/// <summary>A product's answers.</summary>
internal sealed record Words
{
    public required Answer SignedIn { get; init; }

    public required Answer Status { get; init; }

    public required Answer SignedOut { get; init; }

    public required Answer NoCredential { get; init; }

    public required string ActiveProfile { get; init; }

    public required string Profiles { get; init; }

    public required string Email { get; init; }

    /// <summary>What <c>auth status</c> shows, in help.</summary>
    public required string Identity { get; init; }

    /// <summary>How <c>api</c> calls, in help.</summary>
    public required string Acting { get; init; }
}

/// <summary>What a command prints: a text with <c>{fact}</c> in it, and the same facts as keys of a JSON object.</summary>
internal sealed record Answer(string Text, string? Status, IReadOnlyList<string> Facts)
{
    /// <summary>The text where the server did not say when the token expires, if that is another one.</summary>
    public string? WithoutExpiry { get; init; }
}

/// <summary>What can be told about a session, by its key.</summary>
internal static class Fact
{
    public const string Status = "status";
    public const string Email = "email";
    public const string ActiveOrgSlug = "active_org_slug";
    public const string Role = "role";
    public const string Groups = "groups";
    public const string ExpiresAt = "expires_at";
}
