#!/usr/bin/env bash
# .NET's timers end at 49.7 days, HttpClient.Timeout at 24.8, by an exception rather than by waiting that long.
#
# One would guess: a TimeSpan is a TimeSpan: Task.Delay, CancellationTokenSource and Timeout take ninety days as they take ninety seconds.
# What happens: above 4,294,967,294 milliseconds Task.Delay and CancellationTokenSource throw ArgumentOutOfRangeException at once; HttpClient's
#   property does so above 2,147,483,647.
# version and source: .NET SDK 10.0.4xx, shared framework 10.0; seen by running this.
# Why it matters to a sign-in tool: "renew when expires_in is nearly over" or "give up when the device code expires", written as a delay of
#   what the server said, throws on a lifetime of two months, and such lifetimes are legal and in use. Cap the wait.
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
foreach (var days in new[] { 20, 30, 49, 60 })
{
    var span = TimeSpan.FromDays(days);
    Console.WriteLine($"{days} days: "
        + $"Delay {Try(() => { using var stop = new CancellationTokenSource(); _ = Task.Delay(span, stop.Token); stop.Cancel(); })}, "
        + $"CancellationTokenSource {Try(() => new CancellationTokenSource(span).Dispose())}, "
        + $"HttpClient.Timeout {Try(() => new HttpClient { Timeout = span }.Dispose())}");
}

static string Try(Action set)
{
    try
    {
        set();
        return "taken";
    }
    catch (ArgumentOutOfRangeException)
    {
        return "out of range";
    }
}
CS
dotnet build probe.csproj -o out > build.log || { cat build.log; exit 1; }
dotnet out/probe.dll | tee seen
grep -qx '20 days: Delay taken, CancellationTokenSource taken, HttpClient.Timeout taken' seen
grep -qx '30 days: Delay taken, CancellationTokenSource taken, HttpClient.Timeout out of range' seen
grep -qx '49 days: Delay taken, CancellationTokenSource taken, HttpClient.Timeout out of range' seen
grep -qx '60 days: Delay out of range, CancellationTokenSource out of range, HttpClient.Timeout out of range' seen
