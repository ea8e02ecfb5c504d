using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Tests.World;

/// <summary>A platform's API on a port of its own: keeps what it was asked, and answers as the test says.</summary>
public sealed class ApiServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ApiServer(WebApplication app) => _app = app;

    public ConcurrentQueue<ApiRequest> Requests { get; } = new();

    /// <summary>Without a slash at the end.</summary>
    public string Address { get; private set; } = "";

    public Uri Uri => new(Address);

    public Func<ApiRequest, HttpResponse, Task> Answer { get; set; } = (_, response) => response.WriteAsync("{}");

    public static async Task<ApiServer> StartAsync(X509Certificate2? certificate = null, string host = "127.0.0.1")
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                if (certificate is not null) listen.UseHttps(certificate);
            });
        });
        builder.Services.AddRouting();
        var app = builder.Build();
        var server = new ApiServer(app);
        app.Run(server.HandleAsync);
        await app.StartAsync();
        var bound = new Uri(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
        server.Address = $"{bound.Scheme}://{host}:{bound.Port}";
        return server;
    }

    /// <summary>401 for every token but the given ones.</summary>
    public void Knows(Func<string, bool> isActive, string body = "{\"ok\":true}") => Answer = (request, response) =>
    {
        response.StatusCode = request.Token is { } token && isActive(token) ? 200 : 401;
        return response.WriteAsync(response.StatusCode == 200 ? body : "{\"error\":\"unauthorized\"}");
    };

    public ApiRequest TheOne => Assert.Single(Requests);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var request = new ApiRequest(
            context.Request.Method,
            context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray());
        Requests.Enqueue(request);
        await Answer(request, context.Response);
    }
}

/// <summary>A request, as it came over the wire.</summary>
public sealed record ApiRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body)
{
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public string Text => System.Text.Encoding.UTF8.GetString(Body.Span);

    public string? Token => Header("Authorization") is { } value && value.StartsWith("Bearer ", StringComparison.Ordinal) ? value["Bearer ".Length..] : null;
}
