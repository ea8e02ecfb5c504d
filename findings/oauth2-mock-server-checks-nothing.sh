#!/usr/bin/env bash
# oauth2-mock-server gives UserInfo to a request without a token.
#
# One would guess: the test server checks at least that a bearer token is there, since that is what a test of a client wants to see.
# What happens: /userinfo answers 200 and {"sub":"johndoe"} to no token and to any text. An authorization code or refresh token that was never
#   given out is a success at /token as well.
# version and source: npm oauth2-mock-server 9.3.0; seen by running this on loopback.
# Why it matters to a sign-in tool: tests against it pass with a client that forgets the Authorization header, sends the wrong code or an old
#   refresh token. Use its hooks (beforeUserinfo, beforeResponse) to refuse, or another server for the paths that must fail.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts oauth2-mock-server@9.3.0 > /dev/null
cat > probe.mjs <<'JS'
import { OAuth2Server } from 'oauth2-mock-server';

const server = new OAuth2Server();
await server.issuer.keys.generate('RS256');
await server.start(0, '127.0.0.1');
for (const headers of [{}, { Authorization: 'Bearer made-up' }]) {
    const answer = await fetch(`${server.issuer.url}/userinfo`, { headers });
    console.log(`userinfo with ${headers.Authorization ?? 'nothing'}: ${answer.status} ${await answer.text()}`);
}
for (const form of [{ grant_type: 'authorization_code', code: 'made-up', client_id: 'c' }, { grant_type: 'refresh_token', refresh_token: 'made-up', client_id: 'c' }]) {
    const answer = await fetch(`${server.issuer.url}/token`, { method: 'POST', body: new URLSearchParams(form) });
    console.log(`${form.grant_type}: ${answer.status} ${Object.keys(await answer.json()).sort().join(' ')}`);
}
await server.stop();
JS
node probe.mjs | tee seen
grep -qx 'userinfo with nothing: 200 {"sub":"johndoe"}' seen
grep -qx 'userinfo with Bearer made-up: 200 {"sub":"johndoe"}' seen
grep -q '^authorization_code: 200 access_token' seen
grep -q '^refresh_token: 200 access_token' seen
