namespace Datagen.Console;

/// <summary>Words that people bring from other tools (gh, aws, gcloud, az, kubectl), and what says the same here.</summary>
internal static class Habits
{
    /// <summary>What was meant by a command or an argument that there is not; null where nobody knows.</summary>
    public static string? OfCommand(string program, string path, string word, HelpPage auth) => path switch
    {
        "" or "auth" => word.TrimStart('-').ToLowerInvariant() switch
        {
            "help" => $"{program}{(path.Length == 0 ? "" : $" {path}")} --help",
            "version" => $"{program} --version",
            "whoami" or "me" or "user" or "info" or "show" => $"{program} auth status",
            "signin" or "sign-in" or "authenticate" => $"{program} auth login",
            "signout" or "sign-out" or "revoke" => $"{program} auth logout",
            "refresh" => $"{program} auth token --refresh",
            "print-access-token" or "get-token" or "access-token" => $"{program} auth token",
            "profile" or "profiles" or "accounts" => $"{program} auth list",
            "use" or "use-profile" or "activate" => $"{program} auth switch NAME",
            "orgs" or "organizations" or "organisations" when auth.Commands.Any(command => command.Word == "org") => $"{program} auth org --list",
            "setup-git" => $"{program} auth credential git --help",
            "request" or "curl" or "get" or "post" => $"{program} api PATH",
            var same when path.Length == 0 && auth.Commands.Any(command => command.Word == same) => $"{program} auth {same}",
            _ => null,
        },
        "auth org" => word switch
        {
            "list" or "ls" => $"{program} auth org --list",
            "use" or "switch" or "set" => $"{program} auth org --use SLUG",
            _ => $"{program} auth org --use {Auth.Printable.Text(word)}",
        },
        _ => null,
    };

    /// <summary>The same of an option.</summary>
    public static string? OfOption(string program, HelpPage page, string name)
    {
        return name switch
        {
            "--json" or "-j" or "--output" or "-o" when Has("--format") => "--format json",
            "-V" or "-v" when page.IsGroup => $"{program} --version, or --verbose for a trace of requests",
            "-v" or "--debug" or "--trace" => "--verbose",
            "-p" or "--account" or "--user" or "-u" => "--profile NAME",
            "-?" or "-help" => "--help",
            "--web" or "--browser" when Has("--flow") => "--flow browser",
            "--device" or "--device-code" or "--use-device-code" when Has("--flow") => "--flow device",
            "--no-launch-browser" or "--no-open" or "--headless" when Has("--no-browser") => "--no-browser",
            "--token" when Has("--with-token") => "--with-token, with the token on standard input",
            "--force" or "-f" when Has("--local") => "--local",
            "--force" or "-f" or "--force-refresh" when Has("--refresh") => "--refresh",
            "-d" or "--data" or "--body" when Has("--input") => "--input FILE, or --field KEY=VALUE",
            "--request" when Has("--method") => "--method",
            _ => null,
        };

        bool Has(string option) => page.Options.Any(known => known.Name == option);
    }
}
