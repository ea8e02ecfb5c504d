using System.Net;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Interop.OpenIddict;

/// <summary>OpenIddict with SQLite in memory, set up as its documentation does, with the few pages and answers that it leaves to its user.</summary>
public sealed class OpenIddictServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly SqliteConnection connection;

    private OpenIddictServer(WebApplication app, SqliteConnection connection, string issuer)
    {
        this.app = app;
        this.connection = connection;
        Issuer = issuer;
    }

    /// <summary>With the slash at the end that OpenIddict gives it.</summary>
    public string Issuer { get; }

    public static async Task<OpenIddictServer> StartAsync()
    {
        var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        AddServices(builder.Services, connection);
        var app = builder.Build();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        Pages.Map(app);
        await SeedAsync(app.Services);
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>();
        return new OpenIddictServer(app, connection, $"{addresses.Addresses.Single()}/");
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await connection.DisposeAsync();
    }

    private static void AddServices(IServiceCollection services, SqliteConnection connection)
    {
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        services.AddRouting();
        services.AddAuthorization();
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookie => cookie.LoginPath = "/sign-in");
        services.AddDbContext<DbContext>(database => database.UseSqlite(connection).UseOpenIddict());
        services.AddOpenIddict()
            .AddCore(core => core.UseEntityFrameworkCore().UseDbContext<DbContext>())
            .AddServer(server => server
                .SetAuthorizationEndpointUris("connect/authorize")
                .SetTokenEndpointUris("connect/token")
                .SetDeviceAuthorizationEndpointUris("connect/device")
                .SetEndUserVerificationEndpointUris("connect/verify")
                .SetUserInfoEndpointUris("connect/userinfo")
                .SetIntrospectionEndpointUris("connect/introspect")
                .SetRevocationEndpointUris("connect/revoke")
                .SetPushedAuthorizationEndpointUris("connect/par")
                .AllowAuthorizationCodeFlow()
                .AllowDeviceAuthorizationFlow()
                .AllowRefreshTokenFlow()
                .RequireProofKeyForCodeExchange()
                .RegisterScopes(Scopes.Email, Scopes.OfflineAccess)
                .AddEphemeralEncryptionKey()
                .AddEphemeralSigningKey()
                .UseAspNetCore()
                .EnableAuthorizationEndpointPassthrough()
                .EnableEndUserVerificationEndpointPassthrough()
                .EnableTokenEndpointPassthrough()
                .EnableUserInfoEndpointPassthrough()
                .DisableTransportSecurityRequirement());
    }

    private static async Task SeedAsync(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<DbContext>().Database.EnsureCreatedAsync();
        var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
        foreach (var client in (string[])["datagen-cli", "genlabz-cli"])
        {
            await applications.CreateAsync(new OpenIddictApplicationDescriptor
            {
                ClientId = client,
                ClientType = ClientTypes.Public,
                ApplicationType = ApplicationTypes.Native, // Any port of the loopback redirect (RFC 8252 7.3).
                ConsentType = ConsentTypes.Explicit,
                RedirectUris = { new Uri("http://127.0.0.1/callback") },
                Permissions =
                {
                    Permissions.Endpoints.Authorization, Permissions.Endpoints.Token, Permissions.Endpoints.DeviceAuthorization,
                    Permissions.Endpoints.Introspection, Permissions.Endpoints.Revocation, Permissions.Endpoints.PushedAuthorization,
                    Permissions.GrantTypes.AuthorizationCode, Permissions.GrantTypes.DeviceCode, Permissions.GrantTypes.RefreshToken,
                    Permissions.ResponseTypes.Code, Permissions.Scopes.Email, Permissions.Prefixes.Scope + Scopes.OfflineAccess,
                },
            });
        }
    }
}
