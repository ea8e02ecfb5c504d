#!/usr/bin/env bash
# PosixSignalRegistration.Create is silent about a signal that the process was started to ignore: the handler never runs.
#
# One would guess: creating a registration installs a handler, as sigaction would, so a SIGINT that is sent runs it.
# What happens: for SIGINT and SIGHUP that were ignored at start .NET leaves them ignored; Create succeeds all the same. That is the
#   state of every `tool &` in a script (POSIX 2.11 of the shell) and of everything under nohup. SIGTERM's handler does run.
# version and source: .NET SDK 10.0.4xx, System.Runtime.InteropServices of the shared framework 10.0; seen by running this.
# Why it matters to a sign-in tool: `tool login &` in a script waits minutes for a person. `kill -INT` neither ends it nor runs
#   the code that cleans up, and a test that starts it in the background and interrupts it waits for ever; send SIGTERM.
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
using System.Runtime.InteropServices;

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Seen);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Seen);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Seen);
Console.WriteLine($"runtime {Environment.Version}, registered");
Console.In.ReadLine();

static void Seen(PosixSignalContext context)
{
    context.Cancel = true;
    Console.WriteLine($"handler ran: {context.Signal}");
}
CS
dotnet build probe.csproj -o out > build.log || { cat build.log; exit 1; }
try() {
    mkfifo gate
    sh -c "$1 dotnet out/probe.dll < gate > seen & echo \$! > pid; wait" &
    exec 9> gate
    for _ in $(seq 100); do grep -q registered seen 2>/dev/null && break; sleep 0.1; done
    for signal in INT HUP TERM; do kill -$signal "$(cat pid)"; sleep 0.5; done
    exec 9>&-
    wait
    echo "started by: $1 probe &"
    cat seen
    rm gate
}
try "trap '' HUP;" | tee ignored
try "exec env --default-signal=INT,HUP" | tee plain
[ "$(grep -c 'handler ran' ignored)" = 1 ] && grep -q 'handler ran: SIGTERM' ignored
[ "$(grep -c 'handler ran' plain)" = 3 ]
