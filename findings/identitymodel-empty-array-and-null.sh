#!/usr/bin/env bash
# An empty array in a token is no claim for Microsoft's handler, and null is a claim whose value is empty.
#
# One would guess: {"groups": []} can be told from a token without groups, and {"email": null} is like a token without email (OpenID Connect
#   Core 5.3.2: such a claim is left out).
# What happens: ClaimsIdentity has nothing of `groups`, not even its name, but a claim `email` with the value "" and the type JSON_NULL.
# version and source: NuGet Microsoft.IdentityModel.JsonWebTokens 8.23.0; seen by running this without a network.
# Why it matters to a sign-in tool: "no groups" and "this provider sends no groups claim" look alike, and FindFirst("email") is not null for
#   a person without an address, who is then signed in as "".
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
    <PackageReference Include="Microsoft.IdentityModel.JsonWebTokens" Version="[8.23.0]" />
  </ItemGroup>
</Project>
XML
cat > Program.cs <<'CS'
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
var exp = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 600;
var head = Base64UrlEncoder.Encode("""{"alg":"ES256"}""");
var body = Base64UrlEncoder.Encode($$"""{"iss":"https://id.example","aud":"c","exp":{{exp}},"groups":[],"email":null,"roles":["one"]}""");
var signature = Base64UrlEncoder.Encode(ec.SignData(Encoding.ASCII.GetBytes($"{head}.{body}"), HashAlgorithmName.SHA256));
var result = await new JsonWebTokenHandler().ValidateTokenAsync($"{head}.{body}.{signature}", new TokenValidationParameters
{
    ValidIssuer = "https://id.example",
    ValidAudience = "c",
    IssuerSigningKey = new ECDsaSecurityKey(ec),
});
Console.WriteLine($"valid {result.IsValid}");
foreach (var name in new[] { "groups", "email", "roles", "absent" })
{
    var claim = result.ClaimsIdentity.FindFirst(name);
    Console.WriteLine($"{name}: {(claim is null ? "none" : $"[{claim.Value}] {claim.ValueType.Split('#')[^1]}")}");
}
CS
dotnet build probe.csproj -o out > build.log || { cat build.log; exit 1; }
dotnet out/probe.dll | tee seen
grep -qx 'valid True' seen
grep -qx 'groups: none' seen
grep -qxF 'email: [] JSON_NULL' seen
grep -qxF 'roles: [one] string' seen
grep -qx 'absent: none' seen
