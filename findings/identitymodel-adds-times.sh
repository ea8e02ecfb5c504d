#!/usr/bin/env bash
# JsonWebTokenHandler.CreateToken adds nbf, iat and an exp of one hour that nobody asked for.
#
# One would guess: the token holds the claims of the descriptor and nothing else; a token without Expires has no exp.
# What happens: SetDefaultTimesOnTokenCreation is on: all three are added, exp 60 minutes ahead. The overload that takes the payload as text
#   adds nothing.
# version and source: NuGet Microsoft.IdentityModel.JsonWebTokens 8.23.0; seen by running this without a network.
# Why it matters to a sign-in tool: a DPoP proof (RFC 9449 4.2 has jti, htm, htu, iat) or a client assertion made so carries an nbf of "now",
#   which a server whose clock is a second behind refuses, and an hour of life that was never meant.
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
var credentials = new SigningCredentials(new ECDsaSecurityKey(ec), "ES256");
var handler = new JsonWebTokenHandler();
Show("descriptor", handler.CreateToken(new SecurityTokenDescriptor
{
    Claims = new Dictionary<string, object> { ["jti"] = "1", ["htm"] = "GET", ["htu"] = "https://id.example/me" },
    SigningCredentials = credentials,
}));
Show("text", handler.CreateToken("""{"jti":"1","htm":"GET","htu":"https://id.example/me"}""", credentials));

static void Show(string way, string token)
{
    var read = new JsonWebToken(token);
    Console.WriteLine($"{way}: {string.Join(" ", read.Claims.Select(claim => claim.Type).Order())}, lives {(read.ValidTo - read.ValidFrom).TotalMinutes} min");
}
CS
dotnet build probe.csproj -o out > build.log || { cat build.log; exit 1; }
dotnet out/probe.dll | tee seen
grep -qx 'descriptor: exp htm htu iat jti nbf, lives 60 min' seen
grep -qx 'text: htm htu jti, lives 0 min' seen
