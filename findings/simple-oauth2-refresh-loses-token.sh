#!/usr/bin/env bash
# simple-oauth2's refresh() returns a token that can't be refreshed again when the server keeps the refresh token.
#
# One would guess: an answer without `refresh_token` means that the old one stays good (RFC 6749 6), so the new token object carries it.
# What happens: refresh() builds the new token from the answer alone. The old refresh token is gone from it, and the next refresh() of that
#   object posts an empty one.
# version and source: npm simple-oauth2 5.1.0; seen by running this on loopback.
# Why it matters to a sign-in tool: the pattern "token = await token.refresh(); store(token)" works against rotating servers and signs
#   the person out after one lifetime at the others. Whoever stores a refreshed answer has to merge it into the old one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts simple-oauth2@5.1.0 > /dev/null
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

const { AuthorizationCode } = (await import('simple-oauth2')).default;
answer = (_, body) => body.includes('refresh_token=r') ? [200, { access_token: 'new', token_type: 'Bearer', expires_in: 3600 }] : [400, { error: 'invalid_request' }];
const client = new AuthorizationCode({ client: { id: 'c', secret: 's' }, auth: { tokenHost: origin, tokenPath: '/token' } });
const first = client.createToken({ access_token: 'old', refresh_token: 'r', expires_in: 1 });
const second = await first.refresh();
console.log(`refresh token before: ${first.token.refresh_token}, after: ${second.token.refresh_token}`);
await second.refresh().then(() => console.log('second refresh: fine'), error => console.log(`second refresh: ${error.message.split('\n')[0]}`));
console.log(log.join('\n'));
close();
JS
node probe.mjs | tee seen
grep -qx 'refresh token before: r, after: undefined' seen
grep -q '^second refresh: ' seen && ! grep -q '^second refresh: fine' seen
[ "$(grep -c 'refresh_token=r' seen)" = 1 ]
