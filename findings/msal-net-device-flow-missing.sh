#!/usr/bin/env bash
# MSAL.NET's device flow is "not implemented" for an OIDC authority.
#
# One would guess: WithOidcAuthority(…) and AcquireTokenWithDeviceCode(…) are both there, so together they sign in at any provider whose
#   metadata has a device_authorization_endpoint.
# What happens: it compiles, fetches nothing, and throws NotImplementedException without a message that says which part is missing.
# version and source: NuGet Microsoft.Identity.Client 4.92.0; seen by running this without a network.
# Why it matters to a sign-in tool: the two features can't be combined, and only running shows it. Whoever needs the device flow at other
#   providers has to speak it directly.
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
    <PackageReference Include="Microsoft.Identity.Client" Version="[4.92.0]" />
  </ItemGroup>
</Project>
XML
cat > Program.cs <<'CS'
using Microsoft.Identity.Client;

using var client = new HttpClient(new Server(request => (200, request.RequestUri!.AbsolutePath.Contains("well-known")
    ? """{"issuer":"https://id.example/","authorization_endpoint":"https://id.example/a","token_endpoint":"https://id.example/t","device_authorization_endpoint":"https://id.example/d","jwks_uri":"https://id.example/k"}"""
    : """{"device_code":"d","user_code":"ABCD-EFGH","verification_uri":"https://id.example/v","expires_in":60,"interval":1,"message":"m"}""")));
var app = PublicClientApplicationBuilder.Create("c").WithExperimentalFeatures()
    .WithOidcAuthority("https://id.example/").WithHttpClientFactory(new Factory(client)).Build();
try
{
    await app.AcquireTokenWithDeviceCode(["email"], code => Task.CompletedTask).ExecuteAsync();
    Console.WriteLine("signed in");
}
catch (Exception error)
{
    Console.WriteLine($"{error.GetType().Name}, requests made {Server.Requests}");
}

internal sealed class Factory(HttpClient client) : IMsalHttpClientFactory
{
    public HttpClient GetHttpClient() => client;
}

internal sealed class Server(Func<HttpRequestMessage, (int Status, string Json)> answer) : HttpMessageHandler
{
    public static int Requests { get; private set; }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests++;
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
grep -qx 'NotImplementedException, requests made 0' seen
