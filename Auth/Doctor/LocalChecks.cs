using System.Runtime.InteropServices;
using Datagen.Auth;
using Datagen.Host;
using Datagen.Protocol;
using Datagen.Sessions;
using Datagen.Storage;

namespace Datagen.Doctor;

/// <summary>What there is on this machine: variables, files, the token's dates, a browser. Nothing is asked of a server, nothing is changed but a mode that is too wide.</summary>
internal sealed class LocalChecks(Product product, SessionOptions options, Surroundings surroundings, TimeProvider clock)
{
    private const UnixFileMode Others = (UnixFileMode)0x3F; // group and others

    private static readonly string[] EverybodysVariables =
    [
        "BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "NO_COLOR", "XDG_CONFIG_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR",
        "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy",
    ];

    private string? _folder;
    private string _profile = Profiles.Default;

    /// <summary>The credential in force; null where there is none that could be read.</summary>
    public Credential? Credential { get; private set; }

    public List<Check> Run() => [Program(), Variables(), Profile(), .. Files(), Token(), Browsers()];

    private Check Program() =>
        Check.Ok("program", $"{product.Name} {surroundings.Version}, {RuntimeInformation.RuntimeIdentifier}, {UtcSeconds.Format(clock.GetUtcNow())}");

    private Check Variables()
    {
        var set = surroundings.Variables.Concat(EverybodysVariables).Where(IsSet)
            .Select(name => Harmless(name) is { } value ? $"{name}={Printable.Text(value)}" : name).ToList();
        return Check.Ok("environment", set.Count == 0 ? "no variable is set that counts here" : string.Join(", ", set));
    }

    /// <summary>The value where anybody may read it.</summary>
    private string? Harmless(string name)
    {
        var value = surroundings.Environment(name);
        if (name is "SSL_CERT_FILE" or "SSL_CERT_DIR" or "XDG_CONFIG_HOME" || name == product.Variable("CONFIG_DIR")) return value;
        if (name == product.Variable("CLIENT_ID") || name == product.Variable("SCOPE") || name == product.Variable("DEBUG")) return value;
        if (name == product.Variable("GRANT") || name == product.Variable("SUBJECT_TOKEN_FILE") || name == product.Variable("CREDENTIAL_HOSTS")) return value;
        if (name == product.Variable("PROFILE")) return Profiles.IsName(value!) ? value : null;
        // An address may hold a password where it is not what it should be.
        if (name != product.Variable("ISSUER") && name != product.Variable("REDIRECT_URI") && name != product.Variable("API")) return null;
        return Uri.TryCreate(value, UriKind.Absolute, out var address) && address.UserInfo.Length == 0 && address.Query.Length == 0 ? value : null;
    }

    private Check Profile()
    {
        try
        {
            _profile = Profiles.InForce(options, product) ?? Profiles.Default;
            _folder = options.Folder;
            return Check.Ok("profile", _profile);
        }
        catch (CredentialsFileException problem)
        {
            return Check.Failed("profile", problem.Message, $"{product.Name} auth switch NAME writes it anew");
        }
        catch (AuthException problem)
        {
            return Check.Failed("profile", problem.Message, problem.Hint);
        }
    }

    private IEnumerable<Check> Files()
    {
        if (options.Token is not null)
            return [Check.Skipped("file", $"{product.Variable("TOKEN")} is used instead")];
        if (options.Grant is not null)
            return [Check.Skipped("file", $"{product.Variable("GRANT")} is used instead")];
        if (options.Folder is null)
            return [Check.Failed("file", Profiles.NoFolder().Message, $"set {product.Variable("CONFIG_DIR")}, or {product.Variable("TOKEN")} to an access token")];
        if (_folder is null) return [Check.Skipped("file", "the profile is not known")];

        var warnings = new List<string>();
        var file = Profiles.FileOf(_folder, _profile, warnings.Add);
        var place = Path.GetDirectoryName(file.Path)!;
        try
        {
            var modes = Modes(file.Path, place);
            Credential = file.Read();
            if (Credential is null)
                return [Check.Warning("file", $"{file.Path} does not exist: nobody is signed in", $"run {Login}"), .. Makeable(place)];
            if (warnings is [var warning, ..])
                return [Check.Warning("file", warning, "somebody may have read the token: sign out and in again"), Writable(file.Path, place)];
            return [Check.Ok("file", $"{file.Path}, {modes}"), Writable(file.Path, place)];
        }
        catch (CredentialsFileException problem)
        {
            return [Check.Failed("file", problem.Message, problem.HintFor(Named))];
        }
    }

    private Check Writable(string file, string place)
    {
        try
        {
            if (FileFacts.OfName(file) is { IsMountPoint: true })
                throw new CredentialsFileException(CredentialsFileProblem.Unwritable, $"{file} is mounted by itself, and can't be replaced", hint: "mount its folder instead");
            Rehearsal.Write(file, room: 0, hasLock: false);
        }
        catch (CredentialsFileException problem)
        {
            var hint = problem.Hint ?? "a token that expires can't be refreshed; make the folder yours to write";
            return Credential?.RefreshToken is null ? Check.Warning("folder", problem.Message, hint) : Check.Failed("folder", problem.Message, hint);
        }

        return (File.GetUnixFileMode(place) & Others) == 0
            ? Check.Ok("folder", $"{place} can be written")
            : Check.Warning("folder", $"{place} can be entered by others", $"chmod 700 {place}, unless they are meant to");
    }

    /// <summary>A failure where no credential could be stored, found out in the nearest folder that is there, so that no trace is left.</summary>
    private IEnumerable<Check> Makeable(string place)
    {
        var nearest = place;
        while (!Directory.Exists(nearest) && Path.GetDirectoryName(nearest) is { } parent) nearest = parent;
        try
        {
            new TemporaryFile(Path.Combine(nearest, CredentialsFile.FileName)).Dispose();
            return [];
        }
        catch (CredentialsFileException problem)
        {
            return [Check.Failed("folder", problem.Message, problem.HintFor(Named))];
        }
    }

    private static string Modes(string file, string folder)
    {
        try
        {
            return $"mode {Octal(File.GetUnixFileMode(file))} in a folder of mode {Octal(File.GetUnixFileMode(folder))}";
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return SystemCallException.ReasonOf(problem);
        }

        static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');
    }

    private Check Token()
    {
        const string Name = "token";
        if (options.Token is not null)
            return BearerToken.IsWellFormed(options.Token)
                ? Check.Ok(Name, $"{product.Variable("TOKEN")} is set; when it expires is not known, and it is never refreshed")
                : Check.Failed(Name, $"{product.Variable("TOKEN")} holds characters that no access token has");
        if (options.Grant is not null) return Check.Skipped(Name, "each command asks the server for one of its own; the doctor asks for none");
        if (Credential is not { } credential) return Check.Skipped(Name, "there is none");

        var now = clock.GetUtcNow();
        var age = $"stored {Ago(now - credential.StoredAt)}";
        var refresh = credential.RefreshToken is null ? "no refresh token" : "with a refresh token";
        if (credential.ExpiresAt is not { } end) return Check.Ok(Name, $"{age}, without an expiry, {refresh}");
        if (credential.StoredAt > now + TimeSpan.FromMinutes(1))
            return Check.Warning(Name, $"{age}, by this machine's clock", "check the clock");
        if (end > now) return Check.Ok(Name, $"{age}, expires in {Span(end - now)}, {refresh}");
        return credential.RefreshToken is null
            ? Check.Failed(Name, $"{age}, expired {Ago(now - end)}, {refresh}", $"run {Login}")
            // A server may have ended the session, which only a refresh would tell; the doctor spends nothing.
            : Check.Warning(Name, $"{age}, expired {Ago(now - end)}, {refresh}: the next use refreshes it", $"{Named.Command("token", " --refresh")} shows whether it can; else {Login}");
    }

    private Check Browsers()
    {
        const string Name = "browser";
        var programs = surroundings.Browsers;
        if (programs.Count == 0)
            return Check.Ok(Name, "none is opened here, the address is printed: " + (
                !surroundings.HasTerminal ? "standard error is no terminal"
                : IsSet("SSH_CONNECTION") ? "this is an SSH session"
                : IsSet("BROWSER") ? "BROWSER names only text browsers"
                : "there is no display"));
        return programs.FirstOrDefault(IsThere) is { } program
            ? Check.Ok(Name, program)
            : Check.Warning(Name, $"{string.Join(", ", programs)}: no such program", "set BROWSER to one that is there, or open the address yourself");
    }

    private bool IsSet(string name) => surroundings.Environment(name) is { Length: > 0 };

    private bool IsThere(string program) => program.Contains('/', StringComparison.Ordinal)
        ? File.Exists(program)
        : (surroundings.Environment("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>The product with the profile that hints are to name.</summary>
    public Product Named => product with { Profile = options.Profile ?? (_profile == Profiles.Default ? null : _profile) };

    private string Login => Named.LoginCommand;

    private static string Ago(TimeSpan span) => span < TimeSpan.Zero ? $"{Span(-span)} from now" : $"{Span(span)} ago";

    private static string Span(TimeSpan span) => span.TotalSeconds switch
    {
        < 120 => $"{(int)span.TotalSeconds} seconds",
        < 120 * 60 => $"{(int)span.TotalMinutes} minutes",
        < 48 * 3600 => $"{(int)span.TotalHours} hours",
        _ => $"{(int)span.TotalDays} days",
    };
}
