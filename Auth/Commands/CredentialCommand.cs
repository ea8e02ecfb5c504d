using System.Globalization;
using System.Text.Json;
using ConsoleAppFramework;
using Datagen.Auth;
using Datagen.Console;
using Datagen.Protocol;
using Datagen.Sessions;
using Datagen.Storage;

namespace Datagen.Commands;

/// <summary>The access token in the forms that other tools ask for it. It goes to the API's host and to hosts that were named.</summary>
internal sealed class CredentialCommand(World world)
{
    /// <summary>Servers that take a token for a password look at no user name; this one is the most usual.</summary>
    private const string UserName = "oauth2";
    private const string DockerPrefix = "docker-credential-";
    private const string DockerNotFound = "credentials not found in native keychain"; // docker compares it to the letter
    private const int LongestRequest = 64 << 10;

    /// <summary>The words meant: a name that docker looks helpers up by stands for the command.</summary>
    public static string[] Words(string programPath, string[] words) =>
        Path.GetFileName(programPath).StartsWith(DockerPrefix, StringComparison.Ordinal) ? ["auth", "credential", "docker", .. words] : words;

    /// <summary>A credential helper for git. Example: git config --global credential.https://git.example.com.helper '!{name} auth credential git --host git.example.com'</summary>
    /// <param name="operation">get|store|erase|…: What git asks for: get, store or erase</param>
    /// <param name="host">host: A host that the token is for, beside the API's; may be repeated, or listed in {NAME}_CREDENTIAL_HOSTS</param>
    /// <param name="format">text|json: Format of errors: text or json</param>
    public Task<int> Git(
        [Argument, AnyWord] string operation, [Repeated] string[]? host = null, [FormatValue] OutputFormat format = OutputFormat.Text) => world.RunAsync(async () =>
    {
        world.Listen();
        var output = world.NewOutput(format);
        var session = world.NewSession(output);
        var request = GitRequest.Parse(await ReadAsync());
        // As in gitcredentials(7). What is not for us is left to the next helper, without a word.
        if (operation != "get") return ExitCode.Done;
        var hosts = Hosts(host, output);
        if (await hosts.TokenForAsync(session, CredentialHosts.AddressOf(request.Protocol, request.Host), world.Interrupted) is not { } token) return ExitCode.Done;
        RequireBearer(token, "git");
        if (request.WantsBearer)
        {
            output.PrintLine("capability[]=authtype");
            output.PrintLine("authtype=Bearer");
            output.PrintLine($"credential={token.Value}");
            output.PrintLine("ephemeral=1");
        }
        else
        {
            output.PrintLine($"username={(string.IsNullOrEmpty(request.UserName) ? UserName : request.UserName)}");
            output.PrintLine($"password={token.Value}");
        }

        if (token.ExpiresAt is { } moment)
            output.PrintLine(string.Create(CultureInfo.InvariantCulture, $"password_expiry_utc={moment.ToUnixTimeSeconds()}"));
        return ExitCode.Done;
    });

    /// <summary>A credential helper for docker, which knows it as docker-credential-{name}. Example: echo registry.example.com | {name} auth credential docker get --host registry.example.com</summary>
    /// <param name="operation">get|store|erase|list|version|…: What docker asks for: get, store, erase, list or version</param>
    /// <param name="host">host: A host that the token is for, beside the API's; may be repeated, or listed in {NAME}_CREDENTIAL_HOSTS</param>
    /// <param name="format">text|json: Format of errors: text or json</param>
    public Task<int> Docker(
        [Argument, AnyWord] string operation, [Repeated] string[]? host = null, [FormatValue] OutputFormat format = OutputFormat.Text) => world.RunAsync(async () =>
    {
        world.Listen();
        var output = world.NewOutput(format);
        var session = world.NewSession(output);
        var hosts = Hosts(host, output);
        switch (operation)
        {
            case "list":
                output.PrintJson(json =>
                {
                    foreach (var name in hosts.Names) json.WriteString(name, UserName);
                });
                return ExitCode.Done;
            case "version":
                output.PrintLine($"{DockerPrefix}{world.Product.Name} {ProgramVersion.Text}");
                return ExitCode.Done;
            case not "get":
                // Nothing to keep, and a session is ended by auth logout alone.
                await ReadAsync();
                return ExitCode.Done;
        }

        var server = (await ReadAsync()).Trim();
        try
        {
            var address = CredentialHosts.AddressOf(server);
            if (await hosts.TokenForAsync(session, address, world.Interrupted) is not { } token)
            {
                output.PrintLine(DockerNotFound);
                return ExitCode.Failed;
            }

            output.PrintJson(json =>
            {
                json.WriteString("ServerURL", server);
                json.WriteString("Username", UserName);
                json.WriteString("Secret", token.Value);
            });
            return ExitCode.Done;
        }
        catch (AuthException problem)
        {
            // docker reads errors on standard output.
            output.PrintLine(problem.Hint is { } hint ? $"{problem.Message}; {hint}" : problem.Message);
            output.Flush();
            throw;
        }
    });

    /// <summary>A credential plugin for kubectl, as users.user.exec of a kubeconfig. Example: kubectl config set-credentials me --exec-api-version=client.authentication.k8s.io/v1 --exec-command={name} --exec-arg=auth --exec-arg=credential --exec-arg=kubectl</summary>
    /// <param name="host">host: A cluster's host that the token is for; may be repeated</param>
    /// <param name="format">text|json: Format of errors: text or json</param>
    public Task<int> Kubectl([Repeated] string[]? host = null, [FormatValue] OutputFormat format = OutputFormat.Text) => world.RunAsync(async () =>
    {
        const string Group = "client.authentication.k8s.io/";
        world.Listen();
        var output = world.NewOutput(format);
        var session = world.NewSession(output);
        // A list for git and docker says nothing of clusters: only a host that this very line names does.
        var hosts = host is null ? CredentialHosts.None : Hosts(host, output);
        var asked = Decode(World.Variable("KUBERNETES_EXEC_INFO"));
        var version = asked?.ApiVersion ?? $"{Group}v1";
        if (version is not ($"{Group}v1" or $"{Group}v1beta1"))
            throw new AuthException($"kubectl asks for {Printable.Text(version)}, and only {Group}v1 and v1beta1 are known here");
        AccessToken? token;
        if (asked?.Spec?.Cluster?.Server is { } server && hosts.Names.Count > 0)
            token = await hosts.TokenForAsync(session, CredentialHosts.AddressOf(server), world.Interrupted)
                ?? throw new AuthException($"the token is not for {Printable.Text(server)}", "--host names the clusters that it is for");
        else if (hosts.Names.Count > 0)
            throw new AuthException("kubectl does not say which cluster it is for", "set provideClusterInfo: true in the kubeconfig, or leave out --host");
        else
            token = await session.GetAccessTokenAsync(cancellation: world.Interrupted);

        RequireBearer(token, "kubectl");
        output.PrintJson(json =>
        {
            json.WriteString("apiVersion", version);
            json.WriteString("kind", "ExecCredential");
            json.WriteStartObject("status");
            json.WriteString("token", token.Value);
            if (token.ExpiresAt is { } moment) json.WriteString("expirationTimestamp", UtcSeconds.Format(moment));
            json.WriteEndObject();
        });
        return ExitCode.Done;
    });

    /// <summary>A file for curl's -K, so that the token is among nobody's arguments. Example: curl -K &lt;({name} auth credential curl) https://api.example.com/</summary>
    /// <param name="url">url: The address that curl will ask, where tokens are bound to a key</param>
    /// <param name="method">-X, method: The method that curl will use, with an address</param>
    /// <param name="format">text|json: Format of errors: text or json</param>
    public Task<int> Curl([Argument] string? url = null, string? method = null, [FormatValue] OutputFormat format = OutputFormat.Text) => world.RunAsync(async () =>
    {
        world.Listen();
        var output = world.NewOutput(format);
        var session = world.NewSession(output);
        var token = await session.GetAccessTokenAsync(cancellation: world.Interrupted);
        if (token.IsBound && url is null)
            throw new AuthException("this session's tokens are bound to a key, and each request needs a proof of its own", $"name the request: {world.Product.Name} auth credential curl URL -X METHOD");
        var api = session.FindApiAddress();
        // Not over the wire in the clear, be it by a slip of the finger; http is for an API on this machine.
        var protocols = api?.Scheme == Uri.UriSchemeHttp ? "=http,https" : "=https";
        output.PrintLine($"proto = \"{protocols}\"");
        output.PrintLine($"proto-redir = \"{protocols}\"");
        if (url is not null)
        {
            if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || !EndpointAddress.IsSafe(address))
                throw new UsageException($"{Printable.Text(url)} is no https address", "curl takes the address that it will ask");
            if (api is null || !ApiAddress.IsBelow(api, address)) throw new AuthException($"{Printable.Text(url)} is not below the API that the token is for");
            foreach (var (name, value) in await Authorize.HeadersOfAsync(token, new HttpMethod(method ?? "GET"), address, world.Interrupted))
                output.PrintLine($"header = \"{name}: {Quoted(value)}\"");
            return ExitCode.Done;
        }

        foreach (var (name, value) in Authorize.HeadersOf(token)) output.PrintLine($"header = \"{name}: {Quoted(value)}\"");
        return ExitCode.Done;
    });

    private static void RequireBearer(AccessToken token, string tool)
    {
        if (token.IsBound) throw new AuthException($"{tool} can't use this session's tokens: they are bound to a key, and {tool} makes no proofs", "a profile of its own, signed in to with --dpop off, is what it can use");
    }

    private CredentialHosts Hosts(string[]? named, Output output)
    {
        if (named?.FirstOrDefault(name => CredentialHosts.Clean(name) is null) is { } wrong)
            throw new UsageException($"{Printable.Text(wrong)} is no host", "--host takes one such as git.example.com or registry.example.com:5000");
        var variable = world.Product.Variable("CREDENTIAL_HOSTS");
        return CredentialHosts.Of(named, world.OwnVariable("CREDENTIAL_HOSTS"), wrong => output.Warn($"{variable}: {Printable.Text(wrong)} is no host, and is left out"));
    }

    private Task<string> ReadAsync() => StandardInput.ReadToBlankLineAsync(StandardInput.Open(), LongestRequest, "a request", world.Interrupted);

    private static string Quoted(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    private static ExecCredentialRequest? Decode(string? request)
    {
        if (string.IsNullOrEmpty(request)) return null;
        try
        {
            return JsonSerializer.Deserialize(request, ExecCredentialJson.Default.ExecCredentialRequest);
        }
        catch (JsonException problem)
        {
            throw new AuthException("KUBERNETES_EXEC_INFO is not the JSON that belongs there", cause: problem);
        }
    }
}
