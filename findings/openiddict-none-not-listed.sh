#!/usr/bin/env bash
# OpenIddict serves public clients and does not list "none" among its authentication methods.
#
# One would guess: token_endpoint_auth_methods_supported has "none" where clients without a secret are registered and served: it is the name
#   of that method (RFC 7591 2), and metadata that leaves it out says that a secret is needed.
# What happens: the list is client_secret_post, private_key_jwt and client_secret_basic, while a public client gets its device code without any.
# version and source: NuGet OpenIddict.AspNetCore 7.8.0; seen by running this on loopback.
# Why it matters to a sign-in tool: one that warns or refuses beforehand because "the server wants a secret" is wrong here. The list can tell
#   which of two ways to send a secret, never that none is needed.
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
await Register("cli", null);
var metadata = JsonDocument.Parse(await http.GetStringAsync($"{origin}/.well-known/openid-configuration")).RootElement;
Console.WriteLine($"listed: {string.Join(" ", metadata.GetProperty("token_endpoint_auth_methods_supported").EnumerateArray())}");
using var device = await http.PostAsync($"{origin}/device", new FormUrlEncodedContent([new("client_id", "cli")]));
Console.WriteLine($"public client: {(int)device.StatusCode}, user code {JsonDocument.Parse(await device.Content.ReadAsStringAsync()).RootElement.TryGetProperty("user_code", out _)}");

static void Configure(OpenIddictServerBuilder options) { }
CS
dotnet build probe.csproj -o out > build.log || { cat build.log; exit 1; }
dotnet out/probe.dll | tee seen
grep -q '^listed: ' seen
if grep '^listed: ' seen | grep -qw none; then exit 1; fi
grep -qx 'public client: 200, user code True' seen
