#!/usr/bin/env bash
# HttpListener on 127.0.0.1 answers 404 to a browser that was sent to localhost.
#
# One would guess: the prefix http://127.0.0.1:PORT/ says which address to listen on, so whatever reaches that port is handed to the
#   program, under whichever name the browser used.
# What happens: the prefix is also compared with the Host header. `localhost` at that port is answered 404 by the listener itself,
#   and GetContext never hears of it. A prefix of http://localhost:PORT/ refuses 127.0.0.1 in turn.
# version and source: .NET SDK 10.0.4xx, System.Net.HttpListener of the shared framework 10.0; Linux; seen by running this.
# Why it matters to a sign-in tool: where a provider has `http://localhost/callback` registered, or a page rewrites 127.0.0.1, the
#   redirect with the code arrives, is lost, and the tool waits until it gives up. Add both prefixes.
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
using System.Net.Sockets;

var free = new TcpListener(IPAddress.Loopback, 0);
free.Start();
var port = ((IPEndPoint)free.LocalEndpoint).Port;
free.Stop();
using var listener = new HttpListener();
listener.Prefixes.Add($"http://127.0.0.1:{port}/");
listener.Start();
var heard = 0;
_ = Task.Run(async () =>
{
    while (true)
    {
        var context = await listener.GetContextAsync();
        heard++;
        context.Response.Close();
    }
});
Console.WriteLine($"runtime {Environment.Version}");
using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
foreach (var host in new[] { "127.0.0.1", "localhost" })
{
    using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}/callback?code=c&state=s");
    request.Headers.Host = $"{host}:{port}";
    heard = 0;
    using var answer = await client.SendAsync(request);
    Console.WriteLine($"Host {host}: {(int)answer.StatusCode}, program heard of {heard}");
}
CS
dotnet build probe.csproj -o out > build.log || { cat build.log; exit 1; }
dotnet out/probe.dll | tee seen
grep -qx 'Host 127.0.0.1: 200, program heard of 1' seen
grep -qx 'Host localhost: 404, program heard of 0' seen
