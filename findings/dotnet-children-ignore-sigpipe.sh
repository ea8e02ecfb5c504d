#!/usr/bin/env bash
# A process that .NET starts ignores SIGPIPE, because .NET does.
#
# One would guess: Process.Start gives the child the default signals back, so that `yes | head -1` started from .NET ends as
#   it does from a shell: the writer is killed by SIGPIPE without a word.
# What happens: the child inherits SIGPIPE as ignored (bit 13 of SigIgn), by Process.Start and by execve alike. The writer gets
#   EPIPE instead: it complains, and its exit code is its own 1 rather than 141.
# version and source: .NET SDK 10.0.4xx, System.Diagnostics.Process of the shared framework 10.0; Linux; seen by running this.
# Why it matters to a sign-in tool: `tool exec -- command | head` prints "Broken pipe" errors that `command | head` does not, and a
#   command that relies on being killed runs on. A tool that replaces itself by a command must set SIGPIPE back before execve.
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
using System.Diagnostics;

Console.WriteLine($"runtime {Environment.Version}");
foreach (var command in new[] { "grep SigIgn /proc/self/status", "yes | head -1; echo code ${PIPESTATUS[0]}" })
{
    using var child = Process.Start(new ProcessStartInfo("bash", ["-c", command]))!;
    child.WaitForExit();
}
CS
dotnet build probe.csproj -o out > build.log || { cat build.log; exit 1; }
echo "-- from a shell" | tee seen
bash -c 'grep SigIgn /proc/self/status; yes | head -1; echo code ${PIPESTATUS[0]}' 2>&1 | tee -a seen
echo "-- from .NET" | tee -a seen
dotnet out/probe.dll 2>&1 | tee -a seen
sed '/from .NET/q' seen | grep -q '^code 141'
sed -n '/from .NET/,$p' seen | grep -q '^code 1$'
sed -n '/from .NET/,$p' seen | grep -q 'yes: .*Broken pipe'
mask=$(sed -n '/from .NET/,$s/^SigIgn:\s*//p' seen)
[ $(( (0x$mask >> 12) & 1 )) = 1 ]
