using System.Globalization;
using System.Text;
using System.Text.Json;
using Datagen.Auth;
using Datagen.Console;
using Datagen.Protocol;
using Datagen.Sessions;
using Datagen.Storage;

namespace Datagen.Commands;

/// <summary><c>auth credential</c>: the access token in the forms that other tools ask for it. It goes to the API's host and to hosts that were named.</summary>
internal static class CredentialCommand
{
    /// <summary>Servers that take a token for a password look at no user name; this one is the most usual.</summary>
    private const string UserName = "oauth2";
    private const string DockerPrefix = "docker-credential-";
    private const string DockerNotFound = "credentials not found in native keychain"; // docker compares it to the letter
    private const int LongestRequest = 64 << 10;

    /// <summary>The arguments meant: a name that docker looks helpers up by stands for the command.</summary>
    public static string[] Arguments(string programPath, string[] arguments) =>
        Path.GetFileName(programPath).StartsWith(DockerPrefix, StringComparison.Ordinal) ? ["auth", "credential", "docker", .. arguments] : arguments;

    /// <summary>The hosts on the command line and in the environment.</summary>
    public static IReadOnlyList<string> Hosts(IEnumerable<string>? named, string? variable) =>
        [.. named ?? [], .. (variable ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>A helper as in gitcredentials(7). What is not for it is left to the next helper, without a word.</summary>
    public static async Task<int> GitAsync(
        Session session, Output output, string operation, IReadOnlyList<string> hosts, Stream input, CancellationToken cancellation)
    {
        var request = await ReadAsync(input, cancellation);
        if (operation != "get") return ExitCode.Done;
        string? protocol = null, host = null, user = null;
        var knowsTypes = false;
        foreach (var line in request.Split('\n').TakeWhile(line => line.Length > 0))
        {
            var end = line.IndexOf('=', StringComparison.Ordinal);
            if (end < 0) continue;
            var value = line[(end + 1)..];
            switch (line[..end])
            {
                case "protocol": protocol = value; break;
                case "host": host = value; break;
                case "username": user = value; break;
                case "capability[]": knowsTypes |= value == "authtype"; break;
            }
        }

        if (await TokenForAsync(session, AddressOf($"{protocol}://{host}"), hosts, cancellation) is not { } token) return ExitCode.Done;
        if (knowsTypes)
        {
            output.PrintLine("capability[]=authtype");
            output.PrintLine("authtype=Bearer");
            output.PrintLine($"credential={token.Value}");
            output.PrintLine("ephemeral=1");
        }
        else
        {
            output.PrintLine($"username={(string.IsNullOrEmpty(user) ? UserName : user)}");
            output.PrintLine($"password={token.Value}");
        }

        if (token.ExpiresAt is { } moment)
            output.PrintLine(string.Create(CultureInfo.InvariantCulture, $"password_expiry_utc={moment.ToUnixTimeSeconds()}"));
        return ExitCode.Done;
    }

    /// <summary>A helper as docker starts it by the name docker-credential-datagen. Errors are on standard output too, where docker reads them.</summary>
    public static async Task<int> DockerAsync(
        Session session, Product product, Output output, string operation, IReadOnlyList<string> hosts, Stream input, CancellationToken cancellation)
    {
        switch (operation)
        {
            case "list":
                output.PrintJson(json =>
                {
                    foreach (var host in hosts) json.WriteString(host, UserName);
                });
                return ExitCode.Done;
            case "version":
                output.PrintLine($"{DockerPrefix}{product.Name} {ProgramVersion.Text}");
                return ExitCode.Done;
            case not "get":
                // Nothing to keep, and a session is ended by auth logout alone.
                await ReadAsync(input, cancellation);
                return ExitCode.Done;
        }

        var server = (await ReadAsync(input, cancellation)).Trim();
        try
        {
            var address = AddressOf(server.Contains("://", StringComparison.Ordinal) ? server : $"https://{server}");
            if (await TokenForAsync(session, address, hosts, cancellation) is not { } token)
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
            output.PrintLine(problem.Hint is { } hint ? $"{problem.Message}; {hint}" : problem.Message);
            output.Flush();
            throw;
        }
    }

    /// <summary>An exec plugin of client.authentication.k8s.io.</summary>
    /// <param name="request">What KUBERNETES_EXEC_INFO holds, if it is set.</param>
    public static async Task<int> KubectlAsync(
        Session session, Output output, string? request, IReadOnlyList<string> hosts, CancellationToken cancellation)
    {
        const string Group = "client.authentication.k8s.io/";
        var asked = Decode(request);
        var version = asked?.ApiVersion ?? $"{Group}v1";
        if (version is not ($"{Group}v1" or $"{Group}v1beta1"))
            throw new AuthException($"kubectl asks for {Printable.Text(version)}, and only {Group}v1 and v1beta1 are known here");
        AccessToken? token;
        if (asked?.Spec?.Cluster?.Server is { } server && hosts.Count > 0)
            token = await TokenForAsync(session, AddressOf(server), hosts, cancellation)
                ?? throw new AuthException($"the token is not for {Printable.Text(server)}", "--host names the clusters that it is for");
        else if (hosts.Count > 0)
            throw new AuthException("kubectl does not say which cluster it is for", "set provideClusterInfo: true in the kubeconfig, or leave out --host");
        else
            token = await session.GetAccessTokenAsync(cancellation: cancellation);

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
    }

    /// <summary>A file for curl's <c>-K</c>, so that the token is among nobody's arguments.</summary>
    public static async Task<int> CurlAsync(Session session, Output output, CancellationToken cancellation)
    {
        var token = await session.GetAccessTokenAsync(cancellation: cancellation);
        // Not over the wire in the clear, be it by a slip of the finger; http is for an API on this machine.
        var protocols = session.FindApiAddress()?.Scheme == Uri.UriSchemeHttp ? "=http,https" : "=https";
        output.PrintLine($"proto = \"{protocols}\"");
        output.PrintLine($"proto-redir = \"{protocols}\"");
        foreach (var (name, value) in Authorize.HeadersOf(token)) output.PrintLine($"header = \"{name}: {Quoted(value)}\"");
        return ExitCode.Done;
    }

    private static string Quoted(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    /// <summary>Null where the token is not for that address. Asked before the token is fetched: most of what a helper is asked for is not its own.</summary>
    private static async Task<AccessToken?> TokenForAsync(
        Session session, Uri? address, IReadOnlyList<string> hosts, CancellationToken cancellation)
    {
        if (address is null || !EndpointAddress.IsSafe(address)) return null;
        var isNamed = hosts.Any(host => AddressOf($"{address.Scheme}://{host}")?.Authority == address.Authority);
        if (!isNamed && !IsOrigin(session.FindApiAddress())) return null;
        var token = await session.GetAccessTokenAsync(cancellation: cancellation);
        // Somebody may have signed in for another API in between.
        return isNamed || IsOrigin(session.GetApiAddress(token)) ? token : null;

        bool IsOrigin(Uri? api) => api is not null && api.Scheme == address.Scheme && api.Authority == address.Authority;
    }

    private static Uri? AddressOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.UserInfo.Length == 0 && address.Host.Length > 0 ? address : null;

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

    private static async Task<string> ReadAsync(Stream input, CancellationToken cancellation)
    {
        var buffer = new byte[LongestRequest];
        var length = await Task.Run(() => input.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false), cancellation).WaitAsync(cancellation);
        return length < buffer.Length
            ? Encoding.UTF8.GetString(buffer, 0, length).Replace("\r\n", "\n", StringComparison.Ordinal)
            : throw new AuthException("what came on standard input is too long for a request");
    }
}
