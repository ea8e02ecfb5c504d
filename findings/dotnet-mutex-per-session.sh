#!/usr/bin/env bash
# A named Mutex without a prefix is one mutex per login session on Linux, so two terminals both get it.
#
# One would guess: a named mutex is one for the machine, or for the user; the Local\ and Global\ prefixes are about Windows'
#   terminal services and mean nothing on Linux.
# What happens: a name without prefix belongs to the session of setsid(2). Two processes in two sessions (two terminal windows, a
#   terminal and a service, two ssh logins) each create and own "their" mutex at once. Only Global\ excludes.
# version and source: .NET SDK 10.0.4xx, System.Threading of the shared framework 10.0; Linux; seen by running this.
# Why it matters to a sign-in tool: a mutex around the refresh of a rotating refresh token works in every test, which runs in
#   one session, and fails for a person with two windows open: both spend the same refresh token.
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
using var mutex = new Mutex(false, args[0], out var created);
var owned = mutex.WaitOne(200);
Console.WriteLine($"{args[1]}: created {created}, owned {owned}");
if (args[1] == "first")
{
    Console.In.ReadLine();
}
if (owned)
{
    mutex.ReleaseMutex();
}
CS
dotnet build probe.csproj -o out > build.log || { cat build.log; exit 1; }
echo ".NET $(dotnet --version)"
name="finding-$$-$RANDOM"
try() {
    echo "-- $1, second process in $2"
    mkfifo gate
    setsid dotnet out/probe.dll "$1" first < gate > first &
    exec 9> gate
    for _ in $(seq 100); do grep -q first first 2>/dev/null && break; sleep 0.1; done
    cat first
    dotnet out/probe.dll "$1" second
    exec 9>&-
    wait
    rm gate first
}
try "$name" "another session" | tee plain
try "Global\\$name" "another session" | tee global
grep -q 'first: created True, owned True' plain && grep -q 'second: created True, owned True' plain
grep -q 'first: created True, owned True' global && grep -q 'second: created False, owned False' global
