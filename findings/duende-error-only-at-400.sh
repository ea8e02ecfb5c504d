#!/usr/bin/env bash
# Duende IdentityModel calls the same OAuth error "invalid_grant" at 400 and "Unauthorized" at 401.
#
# One would guess: TokenResponse.Error is the server's `error` whenever the body has one; RFC 6749 5.2 lets a server answer invalid_client
#   with 400 or 401.
# What happens: at any status but 400, Error is HTTP's reason phrase and ErrorType is Http, although the body was read: ErrorDescription is
#   the server's. The server's `error` is left in Json and Raw alone.
# version and source: NuGet Duende.IdentityModel 8.1.0; seen by running this without a network.
# Why it matters to a sign-in tool: "is the session over?" asked as Error == "invalid_grant" is no at a server that uses 401 or 403 for it,
#   and the person is told of a network problem. Read the body first, whatever the status.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
cat > probe.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
    <UseSharedCompilation>false</UseSharedCompilation>
    <RestorePackagesPath>packages</RestorePackagesPath>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Duende.IdentityModel" Version="[8.1.0]" />
  </ItemGroup>
</Project>
XML
cat > Program.cs <<'CS'
using Duende.IdentityModel.Client;

foreach (var status in new[] { 400, 401, 403 })
{
    using var client = new HttpClient(new Server(_ => (status, """{"error":"invalid_grant","error_description":"expired"}""")));
    var answer = await client.RequestRefreshTokenAsync(new RefreshTokenRequest { Address = "https://id.example/t", ClientId = "c", RefreshToken = "r" });
    Console.WriteLine($"{status}: {answer.ErrorType} {answer.Error}, description {answer.ErrorDescription ?? "none"}");
}

internal sealed class Server(Func<HttpRequestMessage, (int Status, string Json)> answer) : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var (status, json) = answer(request);
        return Task.FromResult(new HttpResponseMessage((System.Net.HttpStatusCode)status)
        {
            Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json"),
            RequestMessage = request,
        });
    }
}
CS
dotnet build probe.csproj -o out > build.log || { cat build.log; exit 1; }
dotnet out/probe.dll | tee seen
grep -qx '400: Protocol invalid_grant, description expired' seen
grep -qx '401: Http Unauthorized, description expired' seen
grep -qx '403: Http Forbidden, description expired' seen
