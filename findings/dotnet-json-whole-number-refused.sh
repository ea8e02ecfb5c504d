#!/usr/bin/env bash
# A whole number that JSON writes with a point or an exponent is no integer to System.Text.Json.
#
# One would guess: 3600, 3600.0 and 3.6e3 are the same JSON number (RFC 8259 6 knows one kind only), so each reads as the int 3600.
# What happens: Utf8JsonReader.GetInt32, JsonElement.TryGetInt32 and JsonSerializer take the first alone; the other two are
#   a FormatException, false, and a JsonException. AllowReadingFromString does not help, GetDecimal does.
# version and source: .NET SDK 10.0.4xx, System.Text.Json of the shared framework 10.0; seen by running this.
# Why it matters to a sign-in tool: servers in languages whose numbers are doubles, or that compute a lifetime, may send
#   "expires_in": 3600.0. A client that reads an int either fails the whole sign-in or takes the lifetime for unknown.
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
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

var lenient = new JsonSerializerOptions { NumberHandling = JsonNumberHandling.AllowReadingFromString };
Console.WriteLine($"runtime {Environment.Version}");
foreach (var number in new[] { "3600", "3600.0", "3.6e3" })
{
    var element = JsonDocument.Parse(number).RootElement;
    Console.WriteLine($"{number}: reader {Try(() => Read(number))}, element {element.TryGetInt32(out _)}, "
        + $"serializer {Try(() => JsonSerializer.Deserialize<int>(number, lenient))}, decimal {(int)element.GetDecimal()}");
}

static int Read(string number)
{
    var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(number));
    reader.Read();
    return reader.GetInt32();
}

static string Try(Func<int> read)
{
    try
    {
        return read().ToString();
    }
    catch (Exception error) when (error is FormatException or JsonException)
    {
        return error.GetType().Name;
    }
}
CS
dotnet build probe.csproj -o out > build.log || { cat build.log; exit 1; }
dotnet out/probe.dll | tee seen
grep -qx '3600: reader 3600, element True, serializer 3600, decimal 3600' seen
grep -qx '3600.0: reader FormatException, element False, serializer JsonException, decimal 3600' seen
grep -qx '3.6e3: reader FormatException, element False, serializer JsonException, decimal 3600' seen
