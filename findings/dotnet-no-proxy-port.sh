#!/usr/bin/env bash
# A NO_PROXY entry with a port matches nothing in .NET, not even that port.
#
# One would guess: `id.example:8443` bypasses the proxy for that port alone, or for the host whatever the port. Either way the address that was written down is reached directly.
# What happens: HttpClient compares the whole entry with the host name, so `id.example:8443` bypasses neither port, while
#   `id.example` bypasses all of them. The entry is dropped in silence.
# version and source: .NET SDK 10.0.4xx, System.Net.Http of the shared framework 10.0; seen by running this. Nothing is sent.
# Why it matters to a sign-in tool: a development issuer is usually `host:port`, and that is what people copy into NO_PROXY.
#   The sign-in then goes through a proxy that refuses CONNECT to odd ports.
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
for entry in id.example id.example:8443; do
    echo "NO_PROXY=$entry" | tee -a seen
    clean https_proxy=http://proxy.example:3128 NO_PROXY=$entry no_proxy=$entry dotnet out/probe.dll https://id.example/ https://id.example:8443/ | tee -a seen
done
[ "$(grep -c direct seen)" = 2 ]
sed -n '/NO_PROXY=id.example:8443/,$p' seen | grep -q 'id.example:8443/ -> http://proxy.example:3128/'
sed -n '/NO_PROXY=id.example:8443/,$p' seen | grep -q 'id.example/ -> http://proxy.example:3128/'
