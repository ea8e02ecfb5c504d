#!/usr/bin/env bash
# Microsoft's token handler takes `typ` for plain text: "AT+JWT" and "application/at+jwt" are not "at+jwt" to it.
#
# One would guess: ValidTypes = ["at+jwt"] accepts every way to write that media type: RFC 7515 4.1.9 compares without regard to case and
#   lets "application/" be left out or not, and RFC 9068 2.1 names both spellings for access tokens.
# What happens: only the exact text passes; the other two are SecurityTokenInvalidTypeException.
# version and source: NuGet Microsoft.IdentityModel.JsonWebTokens 8.23.0; seen by running this without a network.
# Why it matters to a sign-in tool: an API behind this handler refuses tokens that its own provider rightly typed in the long form. The tool
#   sees a 401 that no refresh cures; each spelling has to be listed.
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
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
var key = new ECDsaSecurityKey(ec);
var handler = new JsonWebTokenHandler();
foreach (var type in new[] { "at+jwt", "AT+JWT", "application/at+jwt" })
{
    var token = handler.CreateToken(new SecurityTokenDescriptor
    {
        Issuer = "https://id.example",
        Audience = "api",
        TokenType = type,
        SigningCredentials = new SigningCredentials(key, "ES256"),
    });
    var result = await handler.ValidateTokenAsync(token, new TokenValidationParameters
    {
        ValidIssuer = "https://id.example",
        ValidAudience = "api",
        IssuerSigningKey = key,
        ValidTypes = ["at+jwt"],
    });
    Console.WriteLine($"{type}: {(result.IsValid ? "valid" : result.Exception.GetType().Name)}");
}
CS
dotnet build probe.csproj -o out > build.log || { cat build.log; exit 1; }
dotnet out/probe.dll | tee seen
grep -qxF 'at+jwt: valid' seen
grep -qxF 'AT+JWT: SecurityTokenInvalidTypeException' seen
grep -qxF 'application/at+jwt: SecurityTokenInvalidTypeException' seen
