using Datagen.Auth;
using Datagen.Console;
using Datagen.Storage;

namespace Datagen.Commands;

internal sealed class TokenCommand(World world)
{
    /// <summary>Print a valid access token. It is refreshed first if it must be. Example: curl -H "Authorization: Bearer $({name} auth token)" https://api.example.com/</summary>
    /// <param name="minValidity">duration: Refresh first if less than this is left, such as 90s, 20m or 1h</param>
    /// <param name="refresh">Refresh first, however long the token is still valid</param>
    /// <param name="format">text|json: Output format: text or json</param>
    public Task<int> Token(string? minValidity = null, bool refresh = false, [FormatValue] OutputFormat format = OutputFormat.Text) => world.RunAsync(async () =>
    {
        var output = world.NewOutput(format);
        var validity = minValidity is null ? TimeSpan.Zero : Duration.Parse(minValidity, "--min-validity");
        var token = await world.NewSession(output).GetAccessTokenAsync(validity, refresh, world.Interrupted);
        if (format == OutputFormat.Text)
            output.PrintLine(token.Value);
        else
            output.PrintJson(json =>
            {
                json.WriteString("access_token", token.Value);
                json.WriteString("token_type", "Bearer");
                json.WriteString("expires_at", token.ExpiresAt is { } moment ? UtcSeconds.Format(moment) : null);
            });
        return ExitCode.Done;
    });
}
