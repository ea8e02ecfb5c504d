#!/usr/bin/env bash
# @octokit/auth-oauth-device throws a TypeError at a token answer without `scope`, after the person has signed in.
#
# One would guess: `scope` is optional when it is what was asked (RFC 6749 5.1), so an answer without it is a success.
# What happens: the token arrives, then "Cannot read properties of undefined (reading 'split')" is thrown and the token is lost; the
#   device code is spent.
# version and source: npm @octokit/auth-oauth-device 8.0.5; seen by running this against a stand-in on loopback.
# Why it matters to a sign-in tool: a server that wants to serve existing clients must repeat `scope` in every answer, and a client must
#   count the scopes asked for as granted when it is absent.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts @octokit/auth-oauth-device@8.0.5 @octokit/request@10.0.16 > /dev/null
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

const { createOAuthDeviceAuth } = await import('@octokit/auth-oauth-device');
const { request } = await import('@octokit/request');
for (const scope of [{ scope: '' }, {}]) {
    answer = received => received.url.includes('device/code')
        ? [200, { device_code: 'd', user_code: 'ABCD-EFGH', verification_uri: origin, expires_in: 600, interval: 1 }]
        : [200, { access_token: 't', token_type: 'bearer', ...scope }];
    const auth = createOAuthDeviceAuth({ clientType: 'oauth-app', clientId: 'c', onVerification() { }, request: request.defaults({ baseUrl: origin }) });
    const result = await auth({ type: 'oauth' }).then(granted => `token ${granted.token}`, error => error.name);
    console.log(`${JSON.stringify(scope)}: ${result}`);
}
close();
JS
node probe.mjs | tee seen
grep -qx '{"scope":""}: token t' seen
grep -qx '{}: TypeError' seen
