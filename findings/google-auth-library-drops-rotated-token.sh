#!/usr/bin/env bash
# google-auth-library goes on with the old refresh token after the server has rotated it.
#
# One would guess: a refresh whose answer has a `refresh_token` replaces the stored one (RFC 6749 6: "the client MUST discard the old
#   refresh token and replace it with the new"), at least for the client object that made it.
# What happens: the `tokens` event tells the new refresh token, but credentials.refresh_token stays the one that was sent, and the next
#   refresh of the same client sends it again. The event's object is put back to the old one as well, once its listeners have run.
# version and source: npm google-auth-library 11.3.4 (OAuth2Client with its own token address); seen by running this on loopback.
# Why it matters to a sign-in tool: Google doesn't rotate, so nobody notices there. Against a server that does, the second refresh uses a
#   spent token, which a careful server answers by ending the whole session.
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
let round = 1;
answer = () => [200, { access_token: `access-${++round}`, refresh_token: `refresh-${round}`, token_type: 'Bearer', expires_in: 3600 }];
const client = new OAuth2Client({ clientId: 'c', clientSecret: 's', endpoints: { oauth2TokenUrl: `${origin}/token` } });
const events = [];
client.on('tokens', tokens => {
    console.log(`event: ${tokens.access_token}, ${tokens.refresh_token}`);
    events.push(tokens);
});
client.setCredentials({ refresh_token: 'refresh-1' });
await client.getAccessToken();
console.log(`kept: ${client.credentials.access_token}, ${client.credentials.refresh_token}`);
console.log(`event's object afterwards: ${events[0].refresh_token}`);
client.setCredentials({ ...client.credentials, expiry_date: 1 });
await client.getAccessToken();
console.log(`sent at the second refresh: ${new URLSearchParams(log[1].split(' ')[2]).get('refresh_token')}`);
close();
JS
node probe.mjs | tee seen
grep -qx 'event: access-2, refresh-2' seen
grep -qx "event's object afterwards: refresh-1" seen
grep -qx 'kept: access-2, refresh-1' seen
grep -qx 'sent at the second refresh: refresh-1' seen
