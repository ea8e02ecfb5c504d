#!/usr/bin/env bash
# OpenIddict lets the port of a loopback redirect vary for "native" applications only, whatever the client's type.
#
# One would guess: a public client that registered http://127.0.0.1/callback may come with any port: RFC 8252 7.3 says that the server MUST
#   allow any port for loopback addresses.
# What happens: without ApplicationType = native the port is compared and the request is refused with invalid_request; with it any port is
#   taken, for localhost too.
# version and source: NuGet OpenIddict.AspNetCore 7.8.0; seen by running this on loopback.
# Why it matters to a sign-in tool: a browser flow on an ephemeral port fails with a page that doesn't mention ports. "Register the client
#   as native, or give a fixed port" is the hint that helps.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
cat > probe.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk.Web">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <UseSharedCompilation>false</UseSharedCompilation>
    <RestorePackagesPath>packages</RestorePackagesPath>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="OpenIddict.AspNetCore" Version="[7.8.0]" />
    <PackageReference Include="OpenIddict.EntityFrameworkCore" Version="[7.8.0]" />
    <PackageReference Include="Microsoft.EntityFrameworkCore.InMemory" Version="[10.0.15]" />
  </ItemGroup>
</Project>
XML
cat > Program.cs <<'CS'
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

var builder = WebApplication.CreateBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Services.AddDbContext<DbContext>(options => options.UseInMemoryDatabase("finding").UseOpenIddict());
builder.Services.AddOpenIddict()
    .AddCore(options => options.UseEntityFrameworkCore().UseDbContext<DbContext>())
    .AddServer(options =>
    {
        options.SetAuthorizationEndpointUris("authorize").SetTokenEndpointUris("token").SetDeviceAuthorizationEndpointUris("device")
            .SetEndUserVerificationEndpointUris("verify").AllowAuthorizationCodeFlow().AllowDeviceAuthorizationFlow().AllowRefreshTokenFlow()
            .AddEphemeralEncryptionKey().AddEphemeralSigningKey();
        Configure(options);
        options.UseAspNetCore().DisableTransportSecurityRequirement().EnableAuthorizationEndpointPassthrough();
    });
await using var app = builder.Build();
app.MapGet("/authorize", () => "the request is taken");
await app.StartAsync();
var origin = app.Urls.First();
using var scope = app.Services.CreateScope();
var clients = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
Task Register(string id, string type, params string[] addresses)
{
    var client = new OpenIddictApplicationDescriptor
    {
        ClientId = id,
        ClientType = ClientTypes.Public,
        ApplicationType = type,
        Permissions =
        {
            Permissions.Endpoints.Authorization, Permissions.Endpoints.Token, Permissions.Endpoints.DeviceAuthorization,
            Permissions.GrantTypes.AuthorizationCode, Permissions.GrantTypes.DeviceCode, Permissions.ResponseTypes.Code,
        },
    };
    client.RedirectUris.UnionWith(addresses.Select(address => new Uri(address)));
    return clients.CreateAsync(client).AsTask();
}
Console.WriteLine($"OpenIddict {typeof(OpenIddictConstants).Assembly.GetName().Version}");
foreach (var type in new[] { null, ApplicationTypes.Native })
{
    await Register(type ?? "none", type, "http://127.0.0.1/callback", "http://localhost/callback");
    foreach (var address in new[] { "http://127.0.0.1/callback", "http://127.0.0.1:5555/callback", "http://localhost:5555/callback" })
    {
        using var answer = await http.GetAsync($"{origin}/authorize?response_type=code&client_id={type ?? "none"}&redirect_uri={Uri.EscapeDataString(address)}"
            + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256");
        Console.WriteLine($"type {type ?? "none"}, {address}: {(int)answer.StatusCode} {(await answer.Content.ReadAsStringAsync()).Split('\n')[0].Trim()}");
    }
}

static void Configure(OpenIddictServerBuilder options) { }
CS
dotnet build probe.csproj -o out > build.log || { cat build.log; exit 1; }
dotnet out/probe.dll | tee seen
grep -qx 'type none, http://127.0.0.1/callback: 200 the request is taken' seen
grep -qx 'type none, http://127.0.0.1:5555/callback: 400 error:invalid_request' seen
grep -qx 'type native, http://127.0.0.1:5555/callback: 200 the request is taken' seen
grep -qx 'type native, http://localhost:5555/callback: 200 the request is taken' seen
