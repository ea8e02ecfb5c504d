#!/usr/bin/env bash
# google-auth-library posts the same refresh token four times when the token endpoint answers 500.
#
# One would guess: a POST with a refresh token is not repeated by itself, since the server may have rotated the token before it failed;
#   libraries that retry do so for GET.
# What happens: 500 is retried three times with growing pauses, about two seconds in all, with the same refresh token each time.
# version and source: npm google-auth-library 11.3.4; seen by running this on loopback.
# Why it matters to a sign-in tool: at a server that rotates, notices reuse and answers 500 only after its work was done, the repeats look
#   like a stolen token. Read the stored credential again, under a lock, between two tries.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts google-auth-library@11.3.4 > /dev/null
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

const { OAuth2Client } = await import('google-auth-library');
answer = () => [500, { error: 'server_error' }];
const client = new OAuth2Client({ clientId: 'c', clientSecret: 's', endpoints: { oauth2TokenUrl: `${origin}/token` } });
client.setCredentials({ refresh_token: 'refresh' });
await client.getAccessToken().catch(error => console.log(`told: ${error.status ?? error.code}`));
console.log(`posts with the refresh token: ${log.filter(line => line.startsWith('POST') && line.includes('refresh_token=refresh')).length}`);
close();
JS
node probe.mjs | tee seen
grep -qx 'told: 500' seen
grep -qx 'posts with the refresh token: 4' seen
