#!/usr/bin/env bash
# After one 500 of the token endpoint MSAL.NET answers for the server, for any application object of the process, without asking it.
#
# One would guess: a failed refresh fails, and the next call tries again; a new PublicClientApplication starts from nothing.
# What happens: the POST is sent twice, a second apart; after that every request of the same kind, from a fresh application object too,
#   is a MsalThrottledServiceException on the spot, for a minute, although the server is well again.
# version and source: NuGet Microsoft.Identity.Client 4.92.0 with an OIDC authority; seen by running this without a network.
# Why it matters to a sign-in tool: a person's second try cannot succeed for a minute and no packet shows why, and a test that makes the
#   server fail once colours all later tests of the process. Keep such state per call, and say that it is local.
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

var posts = 0;
var well = false;
using var client = new HttpClient(new Server(request => request.RequestUri!.AbsolutePath.Contains("well-known")
    ? (200, """{"issuer":"https://id.example/","authorization_endpoint":"https://id.example/a","token_endpoint":"https://id.example/t","jwks_uri":"https://id.example/k"}""")
    : Post()));
foreach (var attempt in new[] { "server fails", "server well, new object" })
{
    var app = (IByRefreshToken)PublicClientApplicationBuilder.Create("c").WithExperimentalFeatures()
        .WithOidcAuthority("https://id.example/").WithHttpClientFactory(new Factory(client)).Build();
    posts = 0;
    var told = "token";
    try
    {
        await app.AcquireTokenByRefreshToken(["email"], "r").ExecuteAsync();
    }
    catch (MsalServiceException error)
    {
        told = error.GetType().Name;
    }
    Console.WriteLine($"{attempt}: {told}, {posts} posts");
    well = true;
}

(int, string) Post()
{
    posts++;
    return well ? (200, """{"access_token":"a","token_type":"Bearer","expires_in":3600,"scope":"email"}""") : (500, "{}");
}

internal sealed class Factory(HttpClient client) : IMsalHttpClientFactory
{
    public HttpClient GetHttpClient() => client;
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
grep -qx 'server fails: MsalServiceException, 2 posts' seen
grep -qx 'server well, new object: MsalThrottledServiceException, 0 posts' seen
