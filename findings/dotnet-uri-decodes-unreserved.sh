#!/usr/bin/env bash
# Uri.AbsoluteUri writes an address differently from how the server wrote it: %7E becomes ~, %2D becomes -.
#
# One would guess: percent-encodings of a valid address are left as they are; only .OriginalString differs from .AbsoluteUri when
#   something had to be added or escaped.
# What happens: encodings of unreserved characters (RFC 3986 2.3) are decoded in AbsoluteUri, PathAndQuery and in what HttpClient
#   sends, while %2F, %3a and %C3%A9 stay, with the case they had.
# version and source: .NET SDK 10.0.4xx, System.Uri of the shared framework 10.0; seen by running this.
# Why it matters to a sign-in tool: issuers are compared as text (OpenID Connect Discovery 4.3), and a DPoP proof names the address
#   (RFC 9449 4.3). Keep the server's own text for both: an issuer that went through Uri is another one.
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

Console.WriteLine($"runtime {Environment.Version}");
using var listener = new TcpListener(IPAddress.Loopback, 0);
listener.Start();
var address = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/%7Ealice/a%2Db/c%2Fd/%3a";
var line = Task.Run(async () =>
{
    using var connection = await listener.AcceptTcpClientAsync();
    var buffer = new byte[4096];
    var length = await connection.GetStream().ReadAsync(buffer);
    await connection.GetStream().WriteAsync("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"u8.ToArray());
    return Encoding.ASCII.GetString(buffer, 0, length).Split("\r\n")[0];
});
using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
(await client.GetAsync(address)).Dispose();
Console.WriteLine($"written: {address[(address.IndexOf('/', 8))..]}");
Console.WriteLine($"Uri:     {new Uri(address).AbsolutePath}");
Console.WriteLine($"sent:    {await line}");
CS
dotnet build probe.csproj -o out > build.log || { cat build.log; exit 1; }
dotnet out/probe.dll | tee seen
grep -qxF 'Uri:     /~alice/a-b/c%2Fd/%3a' seen
grep -qxF 'sent:    GET /~alice/a-b/c%2Fd/%3a HTTP/1.1' seen
