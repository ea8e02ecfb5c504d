#!/usr/bin/env bash
# OpenIddict's issuer has a slash at its end, also where it was set without one.
#
# One would guess: SetIssuer("https://id.example") is published as "https://id.example", which is what everybody types.
# What happens: the value is a Uri, and a Uri without a path is written with one: "https://id.example/", in the metadata and so in the `iss`
#   of tokens and of redirects. With a path nothing is added.
# version and source: NuGet OpenIddict.AspNetCore 7.8.0; seen by running this on loopback.
# Why it matters to a sign-in tool: issuers are compared character by character (OpenID Connect Discovery 4.3), so the address that the person
#   was told fails, and the message must show both texts so that the missing slash can be seen.
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
var metadata = JsonDocument.Parse(await http.GetStringAsync($"{origin}/.well-known/openid-configuration")).RootElement;
Console.WriteLine($"set: https://id.example, published: {metadata.GetProperty("issuer")}");

static void Configure(OpenIddictServerBuilder options) => options.SetIssuer("https://id.example");
CS
dotnet build probe.csproj -o out > build.log || { cat build.log; exit 1; }
dotnet out/probe.dll | tee seen
grep -qx 'set: https://id.example, published: https://id.example/' seen
