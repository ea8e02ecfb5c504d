#!/usr/bin/env bash
# A default beside an init-only property is lost in source-generated System.Text.Json, and only there.
#
# One would guess: `public int Interval { get; init; } = 5;` reads as 5 when the JSON has no such member, because it does with
#   reflection, with `set` instead of `init`, and with a record's default parameter.
# What happens: the generator hands init-only properties over like constructor parameters, so the absent member is set
#   to default(int): 0. The same class read by reflection keeps 5.
# version and source: .NET SDK 10.0.4xx, System.Text.Json of the shared framework 10.0; seen by running this.
# Why it matters to a sign-in tool: RFC 8628 3.2 makes `interval` optional and 5 the default. With the source generator,
#   which Native AOT needs, a client that says so by `init` polls without any pause, and only at servers that leave it out.
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
using System.Text.Json;
using System.Text.Json.Serialization;

const string answer = """{"device_code":"d","user_code":"U","verification_uri":"https://id.example/device","expires_in":600}""";
Console.WriteLine($"runtime {Environment.Version}");
Console.WriteLine($"init, generated:      {JsonSerializer.Deserialize(answer, Generated.Default.WithInit)!.interval}");
Console.WriteLine($"init, reflection:     {JsonSerializer.Deserialize<WithInit>(answer)!.interval}");
Console.WriteLine($"set, generated:       {JsonSerializer.Deserialize(answer, Generated.Default.WithSet)!.interval}");
Console.WriteLine($"parameter, generated: {JsonSerializer.Deserialize(answer, Generated.Default.WithParameter)!.interval}");

internal sealed class WithInit { public int interval { get; init; } = 5; }
internal sealed class WithSet { public int interval { get; set; } = 5; }
internal sealed record WithParameter(int interval = 5);

[JsonSerializable(typeof(WithInit))]
[JsonSerializable(typeof(WithSet))]
[JsonSerializable(typeof(WithParameter))]
internal sealed partial class Generated : JsonSerializerContext;
CS
dotnet build probe.csproj -o out > build.log || { cat build.log; exit 1; }
dotnet out/probe.dll | tee seen
grep -q '^init, generated: *0$' seen
grep -q '^init, reflection: *5$' seen
grep -q '^set, generated: *5$' seen
grep -q '^parameter, generated: *5$' seen
