#!/usr/bin/env bash
# flock(1) held by anybody makes File.ReadAllText throw.
#
# One would guess: file locks are advisory on Linux, and FileShare is kept among .NET programs at most, so another program's
#   flock does not stop a plain read, as it does not stop cat.
# What happens: every open takes flock(LOCK_SH | LOCK_NB), whatever FileShare says, ReadWrite | Delete included, and a foreign
#   exclusive flock is an IOException, "used by another process". DOTNET_SYSTEM_IO_DISABLEFILELOCKING=1 ends that, for everything.
# version and source: .NET SDK 10.0.4xx, System.IO of the shared framework 10.0; flock of util-linux 2.38.1; seen by running this.
# Why it matters to a sign-in tool: a backup or a script of somebody's that holds flock on the credentials file turns "print my
#   token" into an error, although nothing is being written. Wide sharing does not help; a descriptor from open(2) does.
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
Console.WriteLine($"runtime {Environment.Version}");
Try("File.ReadAllText", () => File.ReadAllText(args[0]));
foreach (var access in new[] { FileAccess.Read, FileAccess.ReadWrite })
{
    Try($"{access}, shared widely", () =>
    {
        using var stream = new FileStream(args[0], FileMode.Open, access, FileShare.ReadWrite | FileShare.Delete);
        return new StreamReader(stream).ReadToEnd();
    });
}

static void Try(string name, Func<string> read)
{
    try
    {
        Console.WriteLine($"{name}: {read().Trim()}");
    }
    catch (IOException error)
    {
        Console.WriteLine($"{name}: {error.GetType().Name}");
    }
}
CS
dotnet build probe.csproj -o out > build.log || { cat build.log; exit 1; }
echo '{"email":"you@example.com"}' > credentials.json
flock --version
flock -x credentials.json cat credentials.json
flock -x credentials.json dotnet out/probe.dll credentials.json | tee seen
grep -qx 'File.ReadAllText: IOException' seen
grep -qx 'Read, shared widely: IOException' seen
grep -qx 'ReadWrite, shared widely: IOException' seen
flock -x credentials.json env DOTNET_SYSTEM_IO_DISABLEFILELOCKING=1 dotnet out/probe.dll credentials.json | grep -q '^File.ReadAllText: {'
dotnet out/probe.dll credentials.json | grep -q '^File.ReadAllText: {'
