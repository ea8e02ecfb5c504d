using System.Net;
using System.Security.Cryptography.X509Certificates;
using LocalService.Browsing;
using LocalService.Faults;
using LocalService.Observing;
using LocalService.Protocol;
using LocalService.State;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace LocalService.Hosting;

/// <summary>A running identity service, as a program or inside a test process.</summary>
public sealed class IdentityService : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Tokens tokens;
    private readonly X509Certificate2? certificate;

    private IdentityService(WebApplication app, X509Certificate2? certificate)
    {
        this.app = app;
        this.certificate = certificate;
        tokens = app.Services.GetRequiredService<Tokens>();
        Clock = app.Services.GetRequiredService<ServiceClock>();
        Settings = app.Services.GetRequiredService<ServiceSettings>();
        Log = app.Services.GetRequiredService<RequestLog>();
        Events = app.Services.GetRequiredService<EventLog>();
        Faults = app.Services.GetRequiredService<FaultQueue>();
        People = app.Services.GetRequiredService<People>();
        Issuer = app.Services.GetRequiredService<Issuer>().Value;
    }

    /// <summary>Without a slash at the end.</summary>
    public string Issuer { get; }

    public Uri IssuerUri => new(Issuer);

    public ServiceClock Clock { get; }

    public ServiceSettings Settings { get; }

    public RequestLog Log { get; }

    public EventLog Events { get; }

    public FaultQueue Faults { get; }

    public People People { get; }

    public static async Task<IdentityService> StartAsync(ServiceOptions? options = null)
    {
        options ??= new ServiceOptions();
        var app = Build(options);
        try
        {
            var people = app.Services.GetRequiredService<People>();
            foreach (var person in SeededPeople.All(options.ManyOrganizations).Concat(options.People).Concat(options.Workloads.Select(workload => workload.Account)))
            {
                people.Put(person);
            }

            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        var addresses = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>();
        var bound = new Uri(addresses.Addresses.Single());
        app.Services.GetRequiredService<Issuer>().Value = $"{bound.Scheme}://{options.HostName}:{bound.Port}{options.IssuerPath}";
        return new IdentityService(app, options.Certificate);
    }

    /// <summary>A browser of its own, without any cookie.</summary>
    public PageClient NewBrowser() => new(certificate);

    /// <summary>Whether an access token or a refresh token would be accepted now.</summary>
    public bool IsActive(string token) => tokens.FindActive(token) is not null || tokens.IsActiveRefreshToken(token);

    /// <summary>Ends every session of a person, as an administrator would.</summary>
    public void RevokeEverythingOf(string email) =>
        tokens.RevokeEverythingOf(People.FindByEmail(email)?.Subject ?? throw new ArgumentException("There is no such person.", nameof(email)));

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private static WebApplication Build(ServiceOptions options)
    {
        // Empty: nothing around the service (environment, settings files) changes how it behaves.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(IdentityService).Assembly.GetName().Name,
        });
        builder.WebHost.UseKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 1 << 20;
            kestrel.Limits.MaxRequestHeadersTotalSize = 1 << 18; // Room for large access tokens.
            kestrel.Limits.MaxRequestLineSize = 1 << 15;
            kestrel.Limits.MaxRequestBufferSize = 1 << 20;
            kestrel.Listen(IPAddress.Loopback, options.Port, listen =>
            {
                if (options.Certificate is not null)
                {
                    listen.UseHttps(options.Certificate);
                }
            });
        });
        if (!options.Observed)
        {
            builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error); // Keys in a 0700 folder: that is known.
            builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None); // A failed start is Program's to report.
            builder.Logging.AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.None); // A stale cookie is no error of the service.
        }

        AddServices(builder.Services, options);
        var app = builder.Build();
        AddPipeline(app, options);
        return app;
    }

    private static void AddServices(IServiceCollection services, ServiceOptions options)
    {
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        services.AddSingleton<IHostLifetime, ForeignLifetime>();
        services.AddSingleton(options.Settings);
        services.AddSingleton<ServiceClock>();
        services.AddSingleton<Issuer>();
        services.AddSingleton<RequestLog>();
        services.AddSingleton(new EventLog(options.Observed));
        services.AddSingleton<FaultQueue>();

        var dataProtection = services.AddDataProtection().SetApplicationName("LocalService");
        if (options.StateFolder is null)
        {
            dataProtection.UseEphemeralDataProtectionProvider();
        }
        else
        {
            StateFolder.Open(options.StateFolder);
            dataProtection.PersistKeysToFileSystem(new DirectoryInfo(Path.Combine(options.StateFolder, "keys")));
        }

        services.AddSingleton(_ => new Database(options.StateFolder is null ? null : Path.Combine(options.StateFolder, "service.db")));
        services.AddSingleton<People>();
        services.AddSingleton<Attempts>();
        services.AddSingleton<Tokens>();
        services.AddSingleton<DeviceCodes>();
        services.AddSingleton<AuthorizationCodes>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton(new Clients(options.Clients));
        services.AddSingleton<IdTokens>();
        services.AddSingleton<IEnumerable<Workload>>(options.Workloads);
        services.AddSingleton<WorkloadGrants>();
        services.AddSingleton<DPoPNonces>();
        services.AddSingleton<DPoPProofs>();
        services.AddSingleton<PushedRequests>();
        services.AddSingleton<Resource>();
        services.AddSingleton<TokenEndpoint>();

        services.AddRazorPages();
        services.AddAntiforgery(antiforgery => antiforgery.Cookie.Name = "form");
        services.AddAuthorization();
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie();
        services.AddOptions<CookieAuthenticationOptions>(CookieAuthenticationDefaults.AuthenticationScheme)
            .Configure<ServiceClock>((cookie, clock) =>
            {
                cookie.Cookie.Name = "session";
                cookie.Cookie.HttpOnly = true;
                cookie.Cookie.SameSite = SameSiteMode.Lax;
                cookie.ExpireTimeSpan = TimeSpan.FromHours(12);
                cookie.LoginPath = "/signin";
                cookie.ReturnUrlParameter = "returnUrl";
                cookie.TimeProvider = clock;
            });
    }

    private static void AddPipeline(WebApplication app, ServiceOptions options)
    {
        if (options.Observed)
        {
            app.UseMiddleware<ObservationMiddleware>();
        }

        app.Use((context, next) => SecurityHeaders.SetAsync(context, next));
        app.UseMiddleware<AddressMiddleware>(options.IssuerPath);
        app.UseWhen(
            context => context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase),
            pages => pages.UseStatusCodePagesWithReExecute("/error/{0}"));
        app.UseExceptionHandler("/error/500");
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();

        app.MapRazorPages();
        app.MapGet("/site.css", () => Results.Text(EmbeddedFile.Read("site.css"), "text/css"));
        app.MapGet("/icon.svg", () => Results.Text(EmbeddedFile.Read("icon.svg"), "image/svg+xml"));
        app.MapGet("/jwks", (SigningKeys keys) => Results.Json(keys.PublicKeySet()));
        app.MapGet("/.well-known/openid-configuration", Metadata.OpenIdConfiguration);
        app.MapGet(AddressMiddleware.OAuthMetadataPath, Metadata.OAuthMetadata);
        app.MapMethods("/userinfo", [HttpMethods.Get, HttpMethods.Post], UserInfoEndpoint.Handle);
        app.Map("/api/{**path}", ApiEndpoint.Handle);

        var posts = app.MapGroup(string.Empty).AddEndpointFilter(OAuthException.AnswerAsync);
        posts.MapPost("/device_authorization", DeviceAuthorizationEndpoint.HandleAsync);
        posts.MapPost("/par", PushedRequestEndpoint.HandleAsync);
        posts.MapPost("/token", (HttpRequest request, TokenEndpoint endpoint) => endpoint.HandleAsync(request));
        posts.MapPost("/revoke", RevocationEndpoint.HandleAsync);
    }
}
