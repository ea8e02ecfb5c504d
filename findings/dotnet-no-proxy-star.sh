#!/usr/bin/env bash
# NO_PROXY=* switches no proxy off in .NET.
#
# One would guess: "*" alone means "no proxy for anything": curl takes it so, and it is the usual way to say it.
# What happens: HttpClient.DefaultProxy takes it for the name of a host, so every request still goes to the proxy, in silence.
# version and source: .NET SDK 10.0.4xx, System.Net.Http of the shared framework 10.0; curl 7.88.1 (Debian 12) beside it;
#   seen by running this. Nothing is sent by .NET here: the probe only asks where a request would go.
# Why it matters to a sign-in tool: `NO_PROXY='*' tool login` is what support tells a person whose proxy is broken. It would
#   help curl on the same machine and leave a .NET tool as it is, so the tool must read the variable itself.
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
clean http_proxy=http://127.0.0.1:9 NO_PROXY='*' no_proxy='*' dotnet out/probe.dll http://id.example/ | tee seen
grep -q 'id.example/ -> http://127.0.0.1:9/' seen
# curl goes past the proxy: nothing listens at either port, and the message names the one it tried
clean http_proxy=http://127.0.0.1:9 no_proxy='*' curl -sS http://127.0.0.1:10/ 2>&1 | tee curl || true
grep -q 'port 10 ' curl
