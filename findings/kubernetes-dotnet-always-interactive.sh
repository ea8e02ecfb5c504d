#!/usr/bin/env bash
# The .NET client for Kubernetes tells an exec plugin that it may ask the person, where interactiveMode is Never and stdin is /dev/null.
#
# One would guess: spec.interactive is what kubectl makes of it: false with interactiveMode Never, and false when stdin is no terminal.
# What happens: it is true in every case. With IfAvailable, Always and no interactiveMode at all it is true as well.
# version and source: NuGet KubernetesClient 21.0.8; seen by running this, no request is made.
# Why it matters to a sign-in tool: a plugin that believes it starts a sign-in with a browser in the middle of a service, and waits minutes
#   for nobody. Check that stdin and stderr are terminals as well before anyone is asked.
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
    <PackageReference Include="KubernetesClient" Version="[21.0.8]" />
  </ItemGroup>
</Project>
XML
cat > plugin <<'SH'
#!/bin/sh
echo "$KUBERNETES_EXEC_INFO" >> "$(dirname "$0")/runs"
echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t","expirationTimestamp":"2999-01-01T00:00:00Z"}}'
SH
chmod +x plugin
cat > config <<YAML
apiVersion: v1
kind: Config
current-context: c
clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]
contexts: [{name: c, context: {cluster: c, user: u}}]
users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: $work/plugin, interactiveMode: Never}}}]
YAML
cat > Program.cs <<'CS'
using k8s;

var config = KubernetesClientConfiguration.BuildConfigFromConfigFile("config");
Console.WriteLine($"KubernetesClient {typeof(KubernetesClientConfiguration).Assembly.GetName().Version}, token {config.AccessToken}");
for (var request = 0; request < 3; request++)
{
    Console.WriteLine($"header {await config.TokenProvider.GetAuthenticationHeaderAsync(default)}");
}
CS
dotnet build probe.csproj -o out > build.log || { cat build.log; exit 1; }
dotnet out/probe.dll < /dev/null
cat runs
grep -q 'interactiveMode: Never' config
grep -q '"interactive":true' runs
if grep -q '"interactive":false' runs; then exit 1; fi
