#!/usr/bin/env bash
# The .NET client for Kubernetes tells an exec plugin the kind "ExecCredentials", which does not exist.
#
# One would guess: KUBERNETES_EXEC_INFO holds an object of the kind ExecCredential, the one that the API group defines and that kubectl
#   sends, so a plugin may check apiVersion and kind before it answers.
# What happens: the kind has an s at its end. The answer must be of the kind ExecCredential all the same.
# version and source: NuGet KubernetesClient 21.0.8; seen by running this, no request is made.
# Why it matters to a sign-in tool: a kubectl helper that is strict about what it is asked works with kubectl and refuses every .NET program.
#   Look at apiVersion, which decides the form of the answer, and at nothing else.
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
grep -q '"kind":"ExecCredentials"' runs
