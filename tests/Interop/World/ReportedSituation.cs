using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Interop.World;

/// <summary>An empty home, the program, and whoever else it meets. What comes of it goes into the report.</summary>
public abstract class ReportedSituation : IAsyncLifetime
{
    protected const string You = "you@yourcompany.com";
    protected const string Author = "you@example.com";

    private static readonly HttpClient s_http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });

    protected TemporaryFolder Home { get; } = new();

    protected Credentials File { get; }

    protected Credentials GenLabZFile { get; }

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected ReportedSituation()
    {
        File = new Credentials(Home[".config/datagen/credentials.json"]);
        GenLabZFile = new Credentials(Home[".genlabz/credentials.json"]);
    }

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual ValueTask DisposeAsync()
    {
        Report.Add(GetType(), TestContext.Current);
        Home.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected Cli Datagen(Server server, string? clientId = null) => Product("datagen", server, clientId);

    protected Cli GenLabZ(Server server, string? clientId = null) => Product("genlabz", server, clientId);

    private Cli Product(string name, Server server, string? clientId)
    {
        var prefix = name.ToUpperInvariant();
        var cli = Cli.Named(name, Home.Path).With($"{prefix}_ISSUER", server.Issuer);
        return clientId is null ? cli : cli.With($"{prefix}_CLIENT_ID", clientId);
    }

    /// <summary>What a server says of a token (RFC 7662).</summary>
    protected static async Task<bool> IsActiveAsync(Server server, string token, string clientId = "datagen-cli")
    {
        var answer = await PostAsync(server, "token/introspection", ("client_id", clientId), ("token", token));
        return (bool)answer["active"]!;
    }

    protected static async Task<JsonObject> PostAsync(Server server, string path, params (string Name, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var response = await s_http.PostAsync($"{server.Issuer.TrimEnd('/')}/{path}", content, Stop);
        var text = await response.Content.ReadAsStringAsync(Stop);
        return text.Length == 0 ? [] : JsonNode.Parse(text)!.AsObject();
    }

    /// <summary>UserInfo's answer to whoever shows this token.</summary>
    protected static async Task<HttpStatusCode> AskUserInfoAsync(Server server, string path, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{server.Issuer.TrimEnd('/')}/{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await s_http.SendAsync(request, Stop);
        return response.StatusCode;
    }
}
