#!/usr/bin/env bash
# HttpClient drops Authorization at every redirect, even one to the same origin.
#
# One would guess: as curl and browsers do, the header is left out when a redirect leads to another origin, and kept within one.
# What happens: 301, 302, 303, 307 and 308 to a path of the same server all arrive without Authorization; other headers of
#   the request (here X-Org) go on. The handler clears the header before it knows where the redirect goes.
# version and source: .NET SDK 10.0.4xx, SocketsHttpHandler of the shared framework 10.0; seen by running this, beside curl.
# Why it matters to a sign-in tool: an API that moves /me to /me/ answers 401 to a token that is perfectly valid, so a
#   client that refreshes and tries again on 401 spends a refresh token each time and then says that the session is over.
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
using System.Text;

var listener = new TcpListener(IPAddress.Loopback, 0);
listener.Start();
var origin = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
_ = Task.Run(async () =>
{
    while (true)
    {
        using var connection = await listener.AcceptTcpClientAsync();
        var stream = connection.GetStream();
        var buffer = new byte[8192];
        var lines = Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer)).Split("\r\n");
        var path = lines[0].Split(' ')[1];
        var body = string.Join(" ", lines.Where(l => l.StartsWith("Authorization") || l.StartsWith("X-Org")));
        var head = path == "/me/" ? "200 OK" : $"{path[1..]} Moved\r\nLocation: /me/";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {head}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
    }
});
if (args.Length > 0)
{
    Console.WriteLine(origin);
    Thread.Sleep(10_000);
    return;
}
Console.WriteLine($"runtime {Environment.Version}");
using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
foreach (var path in new[] { "me/", "301", "302", "303", "307", "308" })
{
    using var request = new HttpRequestMessage(HttpMethod.Get, $"{origin}/{path}");
    request.Headers.Authorization = new("Bearer", "token");
    request.Headers.Add("X-Org", "acme");
    Console.WriteLine($"HttpClient {path}: {await (await client.SendAsync(request)).Content.ReadAsStringAsync()}");
}
CS
dotnet build probe.csproj -o out > build.log || { cat build.log; exit 1; }
dotnet out/probe.dll | tee seen
dotnet out/probe.dll serve > origin &
server=$!
trap 'kill $server 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 50); do [ -s origin ] && break; sleep 0.1; done
curl --version | head -1
echo "curl 307: $(curl -sL --noproxy '*' -H 'Authorization: Bearer token' -H 'X-Org: acme' "$(cat origin)/307")" | tee -a seen
grep -q '^HttpClient me/: .*Authorization: Bearer token' seen
for code in 301 302 303 307 308; do grep -qx "HttpClient $code: X-Org: acme" seen; done
grep -q '^curl 307: .*Authorization: Bearer token' seen
