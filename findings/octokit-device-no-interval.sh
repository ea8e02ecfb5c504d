#!/usr/bin/env bash
# @octokit/auth-oauth-device polls without any pause when the server names no interval.
#
# One would guess: `interval` is optional in RFC 8628 3.2 ("clients MUST use 5 as the default"), so a library for the device flow
#   waits five seconds between polls when it is missing.
# What happens: the missing number becomes a timer of NaN milliseconds: the polls follow each other as fast as the server answers. The
#   first poll is sent before any wait in every case.
# version and source: npm @octokit/auth-oauth-device 8.0.5; seen by running this against a stand-in on loopback.
# Why it matters to a sign-in tool: a server that leaves `interval` out, as the RFC lets it, must be ready for clients like this one,
#   and its slow_down then adds 7 seconds to nothing. A client has to fill in the 5 where the answer is read, not where it waits.
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
async function signIn(interval) {
    let polls = 0;
    log.length = 0;
    answer = received => received.url.includes('device/code')
        ? [200, { device_code: 'd', user_code: 'ABCD-EFGH', verification_uri: origin, expires_in: 600, ...interval }]
        : [200, polls++ < 3 ? { error: 'authorization_pending' } : { access_token: 't', token_type: 'bearer', scope: '' }];
    const started = Date.now();
    await createOAuthDeviceAuth({ clientType: 'oauth-app', clientId: 'c', onVerification() { }, request: request.defaults({ baseUrl: origin }) })({ type: 'oauth' });
    const seconds = (Date.now() - started) / 1000;
    console.log(`interval ${interval.interval ?? 'absent'}: ${log.length - 1} polls, ${seconds < 1 ? 'under a second' : 'over ' + Math.floor(seconds) + ' s'}`);
}
await signIn({ interval: 1 });
await signIn({});
close();
JS
node probe.mjs | tee seen
grep -q '^interval 1: 4 polls, over 3 s' seen
grep -q '^interval absent: 4 polls, under a second' seen
