#!/usr/bin/env bash
# google-auth-library refreshes on 403, although the token is valid and nothing says otherwise.
#
# One would guess: only 401 means "this token won't do" (RFC 6750 3.1); 403 is insufficient_scope or a plain no, which no new token changes.
# What happens: a 403 from the API spends a refresh and sends the request again; the second 403 is then told to the caller.
# version and source: npm google-auth-library 11.3.4, a token without expiry_date; seen by running this on loopback.
# Why it matters to a sign-in tool: where refresh tokens rotate or refreshes are counted, each forbidden request of a script costs one. Who
#   wraps such a library sees a "leak" of refreshes that no expiry explains.
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
answer = request => request.url === '/token' ? [200, { access_token: 'new', token_type: 'Bearer', expires_in: 3600 }] : [403, { error: 'forbidden' }];
const client = new OAuth2Client({ clientId: 'c', clientSecret: 's', endpoints: { oauth2TokenUrl: `${origin}/token` } });
client.setCredentials({ access_token: 'valid', refresh_token: 'refresh' });
await client.request({ url: `${origin}/api` }).catch(error => console.log(`told: ${error.status ?? error.code}`));
console.log(log.map(line => line.split(' ').slice(0, 2).join(' ')).join(', '));
close();
JS
node probe.mjs | tee seen
grep -qx 'told: 403' seen
grep -qx 'GET /api, POST /token, GET /api' seen
