#!/usr/bin/env bash
# One semicolon at the end of Content-Type makes .NET see no media type at all.
#
# One would guess: `application/json;` has the media type application/json: RFC 9110 5.6.6 writes a parameter list as
#   *( OWS ";" OWS [ parameter ] ), where a parameter may be missing after its semicolon.
# What happens: Headers.ContentType is null, without an exception, although the header is there (NonValidated shows it);
#   ReadFromJsonAsync still reads such an answer, so only code that looks at the media type notices.
# version and source: .NET SDK 10.0.4xx, System.Net.Http of the shared framework 10.0; seen by running this.
# Why it matters to a sign-in tool: "is the answer JSON?" by ContentType?.MediaType calls a legal metadata document a page,
#   and the person is told that the issuer is wrong.
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
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;

Console.WriteLine($"runtime {Environment.Version}");
using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
foreach (var type in new[] { "application/json", "application/json;", "application/json; charset=utf-8;" })
{
    using var listener = new TcpListener(IPAddress.Loopback, 0);
    listener.Start();
    var served = Task.Run(async () =>
    {
        using var connection = await listener.AcceptTcpClientAsync();
        var stream = connection.GetStream();
        await stream.ReadAsync(new byte[4096]);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nContent-Length: 14\r\nConnection: close\r\n\r\n{{\"issuer\":\"x\"}}"));
    });
    using var answer = await client.GetAsync($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
    await served;
    var raw = answer.Content.Headers.NonValidated["Content-Type"];
    var body = await answer.Content.ReadFromJsonAsync<Dictionary<string, string>>();
    Console.WriteLine($"[{raw}] media type {answer.Content.Headers.ContentType?.MediaType ?? "null"}, read as JSON {body!["issuer"]}");
}
CS
dotnet build probe.csproj -o out > build.log || { cat build.log; exit 1; }
dotnet out/probe.dll | tee seen
grep -qxF '[application/json] media type application/json, read as JSON x' seen
grep -qxF '[application/json;] media type null, read as JSON x' seen
grep -qxF '[application/json; charset=utf-8;] media type null, read as JSON x' seen
