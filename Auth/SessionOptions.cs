namespace Datagen.Auth;

/// <summary>Where a session signs in, where it keeps its credential, and what stands in for it.</summary>
public sealed record SessionOptions
{
    /// <summary>The issuer identifier of the authorization server (RFC 8414 section 2), used at sign-in. <c>https</c>, or <c>http</c> on loopback.</summary>
    public required string Issuer { get; init; }

    /// <summary>The public client's id, used at sign-in.</summary>
    public required string ClientId { get; init; }

    /// <summary>The client's secret, for servers that give one to native clients too (RFC 6749 section 2.3.1). It is kept with the credential.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>What a server wants to be told at sign-in beside the standard parameters, written as an address's query: <c>audience=https%3A%2F%2Fapi.example.com</c>.</summary>
    public string? Parameters { get; init; }

    /// <summary>
    /// The redirect address as it is registered, for servers that compare it to the letter: <c>http</c>, the host <c>127.0.0.1</c> or
    /// <c>localhost</c>, any path. Without a port, one that the system chooses. Null for <c>http://127.0.0.1/callback</c>.
    /// </summary>
    public string? RedirectUri { get; init; }

    /// <summary>The scopes asked for at sign-in, space separated.</summary>
    public required string Scope { get; init; }

    /// <summary>
    /// The base address of the platform's API, kept with the credential at sign-in. <c>https</c>, or <c>http</c> on loopback. Null for
    /// the one kept, or the product's own where the token is of its own issuer.
    /// </summary>
    public string? Api { get; init; }

    /// <summary>The folder of credentials.json, and of the profiles; null if there is no home to put it in.</summary>
    public string? Folder { get; init; }

    /// <summary>
    /// Which of several accounts: <c>default</c> is credentials.json itself, any other has a folder below it. Null for the one that
    /// <c>auth switch</c> chose, else <c>default</c>. A name has at most 64 letters, digits, dots, underscores and hyphens, a letter or digit first.
    /// </summary>
    public string? Profile { get; init; }

    /// <summary>An access token that is used instead of the file. Then nothing is read from, written to or refreshed in the file.</summary>
    public string? Token { get; init; }

    /// <summary>
    /// How a machine signs in without a person and without a file: <c>client_credentials</c> (RFC 6749 section 4.4, with <see cref="ClientSecret"/>
    /// or with the subject token as in RFC 7523 section 2.2), <c>token_exchange</c> (RFC 8693) or <c>jwt_bearer</c> (RFC 7523 section 2.1). The
    /// credentials file is then neither read nor written. <see cref="Token"/> goes before it.
    /// </summary>
    public string? Grant { get; init; }

    /// <summary>The file with the token that says which workload this is, such as Kubernetes mounts. It is read for each request. Null to ask GitHub Actions.</summary>
    public string? SubjectTokenFile { get; init; }

    /// <summary>Whom a token asked of GitHub Actions is for. Null for the <see cref="Issuer"/>.</summary>
    public string? Audience { get; init; }

    internal string? ActionsTokenAddress { get; init; }

    internal string? ActionsRequestToken { get; init; }

    /// <summary>
    /// Whether a sign-in binds its tokens to a key (RFC 9449), so that a copy of them is worth nothing: <c>file</c> for a key beside
    /// credentials.json, <c>agent</c> for one in the running ssh-agent, <c>off</c> or null for neither.
    /// </summary>
    public string? Dpop { get; init; }

    /// <summary>Which of the ssh-agent's keys, by its fingerprint as <c>ssh-add -l</c> shows it. Null for the only one that will do.</summary>
    public string? DpopKey { get; init; }

    internal string? AgentSocket { get; init; }

    /// <summary>The way to sign in: <c>device</c> or <c>browser</c>. Null for the product's own, with the others beside it where the person can paste.</summary>
    public string? Flow { get; init; }

    /// <summary>What the environment and the command line name of a profile's settings; null in options that a caller made by hand, where all counts as named.</summary>
    internal SignInSettings? Named { get; init; }

    /// <summary>Whether a sign-in starts from the product's defaults, whatever the profile remembers.</summary>
    internal bool Forgets { get; init; }

    /// <summary>The organization to act for, instead of the active one.</summary>
    public string? Organization { get; init; }

    /// <summary>Reads the product's environment variables, as the command does.</summary>
    /// <param name="product">The product whose variables and defaults count.</param>
    public static SessionOptions FromEnvironment(Product product) => From(product, Environment.GetEnvironmentVariable);

    internal static SessionOptions From(Product product, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(product);
        var grant = Value("GRANT");
        var options = new SessionOptions
        {
            Issuer = product.Issuer,
            ClientId = product.ClientId,
            Scope = product.Scope,
            ClientSecret = Value("CLIENT_SECRET"),
            Folder = Value("CONFIG_DIR") is { } folder ? Path.GetFullPath(folder) : DefaultFolderOf(product, environment),
            Profile = Value("PROFILE"),
            Token = Value("TOKEN"),
            Grant = grant,
            SubjectTokenFile = grant is null ? null : Value("SUBJECT_TOKEN_FILE"),
            Audience = grant is null ? null : Value("AUDIENCE"),
            ActionsTokenAddress = grant is null ? null : NotEmpty(environment("ACTIONS_ID_TOKEN_REQUEST_URL")),
            ActionsRequestToken = grant is null ? null : NotEmpty(environment(Product.ActionsRequestToken)),
            AgentSocket = NotEmpty(environment("SSH_AUTH_SOCK")),
            Organization = product.HasOrganizations ? Value("ORG") : null,
        };
        return options.WithNamed(product, new SignInSettings
        {
            Issuer = Value("ISSUER"),
            ClientId = Value("CLIENT_ID"),
            Scope = Value("SCOPE"),
            Parameters = Value("PARAMETERS"),
            RedirectUri = Value("REDIRECT_URI"),
            Api = Value("API"),
            Flow = Value("FLOW"),
            Dpop = Value("DPOP"),
        });

        string? Value(string suffix) => NotEmpty(environment(product.Variable(suffix)))?.Trim();
    }

    /// <summary>The same with what is named, by an option before a variable.</summary>
    internal SessionOptions WithNamed(Product product, SignInSettings named)
    {
        var all = Named is null ? named : named.Over(Named);
        return With(product, all) with { Named = all };
    }

    /// <summary>The same with what the profile remembers, where nothing else was named.</summary>
    internal SessionOptions WithRemembered(Product product, Func<SignInSettings?> readRemembered)
    {
        if (Named is null) return this;
        // What a caller has changed since counts as named too.
        var unchanged = With(product, Named);
        var named = new SignInSettings
        {
            Issuer = Issuer == unchanged.Issuer ? Named.Issuer : Issuer,
            ClientId = ClientId == unchanged.ClientId ? Named.ClientId : ClientId,
            Scope = Scope == unchanged.Scope ? Named.Scope : Scope,
            Parameters = Parameters,
            RedirectUri = RedirectUri,
            Api = Api,
            Flow = Flow,
            Dpop = Dpop,
        };
        return With(product, Forgets ? named : named.OverRemembered(readRemembered())) with { Named = named };
    }

    /// <summary>What the profile is to remember once a sign-in has succeeded; null where nothing was named.</summary>
    internal SignInSettings? ToRemember => Forgets ? Named ?? new SignInSettings()
        : Named is null or { IsEmpty: true } ? null
        : new SignInSettings
        {
            Issuer = Issuer,
            ClientId = ClientId,
            Scope = Scope,
            Parameters = Parameters,
            RedirectUri = RedirectUri,
            Api = Api,
            Flow = Flow,
            Dpop = Dpop,
        };

    private SessionOptions With(Product product, SignInSettings settings) => this with
    {
        Issuer = settings.Issuer ?? product.Issuer,
        ClientId = settings.ClientId ?? product.ClientId,
        // What a person is asked for by default is not a machine's to have.
        Scope = settings.Scope ?? (Grant is null ? product.Scope : ""),
        Parameters = settings.Parameters,
        RedirectUri = settings.RedirectUri,
        Api = settings.Api,
        Flow = settings.Flow,
        Dpop = settings.Dpop,
    };

    // A record prints its members by default, and some of these are secrets.
    /// <inheritdoc/>
    public override string ToString() => $"session options for {Issuer}";

    private static string? DefaultFolderOf(Product product, Func<string, string?> environment)
    {
        // The XDG specification: a relative path in it is invalid and to be ignored.
        if (product.Folder.UsesXdg && environment("XDG_CONFIG_HOME") is { } xdg && Path.IsPathRooted(xdg))
            return Path.Combine(xdg, product.Folder.BelowXdg);
        return NotEmpty(environment("HOME")) is { } home
            ? Path.Combine(Path.GetFullPath(home), product.Folder.BelowHome)
            : null;
    }

    private static string? NotEmpty(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
}
