#!/usr/bin/env bash
# .NET leaves out a proxy whose scheme it doesn't know, socks5h among them, and connects directly.
#
# One would guess: ALL_PROXY=socks5h://… (curl's and git's spelling of "SOCKS 5, names resolved by the proxy") either works, since .NET's
#   SOCKS 5 resolves names at the proxy anyway, or is an error that names the variable.
# What happens: HttpClient.DefaultProxy forgets the variable without a word, and the request goes straight to the server.
#   socks5:// of the same address is taken.
# version and source: .NET SDK 10.0.4xx, System.Net.Http of the shared framework 10.0; seen by running this. Nothing is sent.
# Why it matters to a sign-in tool: where only the proxy reaches the issuer, sign-in fails with "connection timed out" to an
#   address that nobody can reach, and nothing says that the proxy was never asked. The scheme has to be mapped by hand.
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
  </PropertyGroup>
</Project>
XML
cat > Program.cs <<'CS'
foreach (var address in args.Select(a => new Uri(a)))
{
    var proxy = HttpClient.DefaultProxy.IsBypassed(address) ? null : HttpClient.DefaultProxy.GetProxy(address);
    Console.WriteLine($"  {address} -> {proxy?.ToString() ?? "direct"}");
}
CS
dotnet build probe.csproj -o out > build.log || { cat build.log; exit 1; }
clean() { env -u http_proxy -u HTTP_PROXY -u https_proxy -u HTTPS_PROXY -u all_proxy -u ALL_PROXY -u no_proxy -u NO_PROXY "$@"; }
echo ".NET $(dotnet --version), $(curl --version | head -1 | cut -d' ' -f1,2)"
for scheme in socks5 socks5h; do
    echo "ALL_PROXY=$scheme://127.0.0.1:1080" | tee -a seen
    clean ALL_PROXY=$scheme://127.0.0.1:1080 dotnet out/probe.dll https://id.example/ 2>&1 | tee -a seen
done
grep -A1 '=socks5:' seen | grep -q -- '-> socks5://127.0.0.1:1080/'
grep -A1 '=socks5h:' seen | grep -q -- '-> direct'
