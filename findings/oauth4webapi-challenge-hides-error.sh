#!/usr/bin/env bash
# oauth4webapi does not tell `invalid_client` when the answer also has the WWW-Authenticate that RFC 6749 demands with it.
#
# One would guess: the JSON of an error answer is read first, so { "error": "invalid_client" } becomes a ResponseBodyError whose
#   .error says so. RFC 6749 5.2 makes the header a MUST for a 401 to a client that used Authorization.
# What happens: any WWW-Authenticate at the token endpoint wins: a WWWAuthenticateChallengeError without error and description, the body
#   unread. The same answer without the header is the ResponseBodyError. At 400 the same.
# version and source: npm oauth4webapi 3.8.8 (openid-client 6 is built on it); seen by running this on loopback.
# Why it matters to a sign-in tool: a server that follows the RFC hides from such a client whether the client is unknown, and even
#   `authorization_pending` sent with a challenge ends its device flow. A client should read the body first and the header second.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts oauth4webapi@3.8.8 > /dev/null
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

const oauth = await import('oauth4webapi');
const as = { issuer: origin, token_endpoint: `${origin}/token` };
for (const [status, error, challenge] of [[401, 'invalid_client', true], [401, 'invalid_client', false], [400, 'authorization_pending', true]]) {
    answer = () => [status, { error }, challenge ? { 'WWW-Authenticate': 'Basic realm="token"' } : {}];
    const response = await oauth.refreshTokenGrantRequest(as, { client_id: 'c' }, oauth.None(), 'r', { [oauth.allowInsecureRequests]: true });
    const told = await oauth.processRefreshTokenResponse(as, { client_id: 'c' }, response).catch(thrown => `${thrown.name}, error ${thrown.error}`);
    console.log(`${status} ${error}, challenge ${challenge}: ${told}`);
}
close();
JS
node probe.mjs | tee seen
grep -qx '401 invalid_client, challenge true: WWWAuthenticateChallengeError, error undefined' seen
grep -qx '401 invalid_client, challenge false: ResponseBodyError, error invalid_client' seen
grep -qx '400 authorization_pending, challenge true: WWWAuthenticateChallengeError, error undefined' seen
