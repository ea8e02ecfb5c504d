using System.Text.Json;
using Datagen.Auth;
using Datagen.Console;
using Datagen.Protocol;
using Datagen.Storage;

namespace Datagen.Commands;

internal sealed class TokenCommand(World world)
{
    /// <summary>Print a valid access token. It is refreshed first if it must be. Example: curl -H "Authorization: Bearer $({name} auth token)" https://api.example.com/</summary>
    /// <param name="minValidity">duration: Refresh first if less than this is left, such as 90s, 20m or 1h</param>
    /// <param name="refresh">Refresh first, however long the token is still valid</param>
    /// <param name="proof">request: Print a proof for one request beside it, as one JSON object, where tokens are bound to a key: "GET https://api.example.com/"</param>
    /// <param name="format">text|json: Output format: text or json</param>
    public Task<int> Token(string? minValidity = null, bool refresh = false, string? proof = null, [FormatValue] OutputFormat format = OutputFormat.Text) => world.RunAsync(async () =>
    {
        var output = world.NewOutput(format);
        var validity = minValidity is null ? TimeSpan.Zero : Duration.Parse(minValidity, "--min-validity");
        var token = await world.NewSession(output).GetAccessTokenAsync(validity, refresh, world.Interrupted);
        if (proof is not null)
        {
            var (method, address) = RequestIn(proof);
            var made = await token.CreateProofAsync(method, address, world.Interrupted);
            output.PrintJson(json =>
            {
                Write(json, token);
                json.WriteString("dpop", made);
            });
            return ExitCode.Done;
        }

        if (token.IsBound) output.Warn($"this token needs a proof with each request: {world.Product.Name} auth token --proof \"METHOD URL\"");
        if (format == OutputFormat.Text) output.PrintLine(token.Value);
        else output.PrintJson(json => Write(json, token));
        return ExitCode.Done;
    });

    private static void Write(Utf8JsonWriter json, AccessToken token)
    {
        json.WriteString("access_token", token.Value);
        json.WriteString("token_type", token.IsBound ? "DPoP" : "Bearer");
        json.WriteString("expires_at", token.ExpiresAt is { } moment ? UtcSeconds.Format(moment) : null);
    }

    private static (HttpMethod Method, Uri Address) RequestIn(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var method, var address]
        && method.All(char.IsAsciiLetterUpper)
        && Uri.TryCreate(address, UriKind.Absolute, out var parsed)
        && EndpointAddress.IsSafe(parsed)
            ? (new HttpMethod(method), parsed)
            : throw new UsageException($"{Printable.Text(text)} is no request", "--proof takes a method and an address, such as \"GET https://api.example.com/\"");
}
