#!/usr/bin/env bash
# Duende IdentityModel refuses the whole discovery document over one endpoint on another host, or one that is null.
#
# One would guess: endpoints may live where the server likes (OpenID Connect Discovery 3 says nothing of one host; large providers spread
#   them), and a member that is null is a member that is absent.
# What happens: any member whose name ends in `_endpoint` on another host is "Endpoint is on a different host than authority", null is
#   "Malformed endpoint", and nothing of the document can be used, even if the flow never needs that endpoint.
# version and source: NuGet Duende.IdentityModel 8.1.0, default DiscoveryPolicy; seen by running this without a network.
# Why it matters to a sign-in tool: a server that puts userinfo on its API's host locks these clients out. A client that looks only at the
#   endpoints it is about to use is as safe and meets fewer refusals.
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

foreach (var userinfo in new[] { "\"https://id.example/me\"", "\"https://api.example/me\"", "null" })
{
    using var client = new HttpClient(new Server(request => (200, request.RequestUri!.AbsolutePath == "/keys"
        ? """{"keys":[]}"""
        : $$"""{"issuer":"https://id.example","authorization_endpoint":"https://id.example/a","token_endpoint":"https://id.example/t","jwks_uri":"https://id.example/keys","userinfo_endpoint":{{userinfo}}}""")));
    var document = await client.GetDiscoveryDocumentAsync("https://id.example");
    Console.WriteLine($"{userinfo}: {(document.IsError ? document.Error : "read")}, token endpoint {document.TokenEndpoint ?? "none"}");
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
grep -qx '"https://id.example/me": read, token endpoint https://id.example/t' seen
grep -q '^"https://api.example/me": Endpoint is on a different host than authority.*, token endpoint none' seen
grep -q '^null: Malformed endpoint.*, token endpoint none' seen
