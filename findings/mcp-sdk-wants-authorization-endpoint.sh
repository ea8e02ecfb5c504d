#!/usr/bin/env bash
# The Model Context Protocol SDK can't read the metadata of a server that has no authorization endpoint.
#
# One would guess: `authorization_endpoint` may be missing where no grant type uses it: RFC 8414 2 says "REQUIRED unless no grant types are
#   supported that use the authorization endpoint", which is a server of device flow and refresh alone.
# What happens: discovery throws a ZodError at the missing member, and does not go on to the next well-known address either.
# version and source: npm @modelcontextprotocol/sdk 1.32.2; seen by running this on loopback.
# Why it matters to a sign-in tool: clients of that SDK can't even revoke or refresh there. A reader of metadata should ask for the member
#   when a flow needs it, and say which flow the server lacks.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts @modelcontextprotocol/sdk@1.32.2 > /dev/null
cat > probe.mjs <<'JS'
import http from 'node:http';

const log = [];
let answer = () => [404, {}];
const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', piece => body += piece);
    request.on('end', () => {
        log.push(`${request.method} ${request.url} ${body}`);
        const [status, json, headers] = answer(request, body);
        response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
        response.end(JSON.stringify(json));
    });
});
await new Promise(ready => server.listen(0, '127.0.0.1', ready));
const origin = `http://127.0.0.1:${server.address().port}`;
const close = () => { server.close(); server.closeAllConnections(); };

const { discoverAuthorizationServerMetadata } = await import('@modelcontextprotocol/sdk/client/auth.js');
for (const authorization_endpoint of [`${origin}/authorize`, undefined]) {
    log.length = 0;
    answer = () => [200, {
        issuer: origin, authorization_endpoint, token_endpoint: `${origin}/token`, device_authorization_endpoint: `${origin}/device`,
        response_types_supported: authorization_endpoint ? ['code'] : [],
        grant_types_supported: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
    }];
    const told = await discoverAuthorizationServerMetadata(origin).then(() => 'read', thrown => `${thrown.name} at ${thrown.issues?.map(issue => issue.path)}`);
    console.log(`authorization_endpoint ${authorization_endpoint ? 'there' : 'absent'}: ${told}, ${log.length} request`);
}
close();
JS
node probe.mjs | tee seen
grep -qx 'authorization_endpoint there: read, 1 request' seen
grep -qx 'authorization_endpoint absent: ZodError at authorization_endpoint, 1 request' seen
