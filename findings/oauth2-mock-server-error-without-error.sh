#!/usr/bin/env bash
# oauth2-mock-server refuses a grant type with problem details that have no `error`.
#
# One would guess: the token endpoint of an OAuth test server answers a refusal by {"error": "unsupported_grant_type"} (RFC 6749 5.2).
# What happens: 400 with the members type, title and detail of RFC 9457, and no `error`.
# version and source: npm oauth2-mock-server 9.3.0; seen by running this on loopback.
# Why it matters to a sign-in tool: gateways in front of real servers do the same. A client that prints `error` shows nothing, and one that
#   insists on it says "not OAuth": tell the status and `detail` where there is no `error`.
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
const answer = await fetch(`${server.issuer.url}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: 'd', client_id: 'c' }),
});
const json = await answer.json();
console.log(`${answer.status}: error ${json.error}, members ${Object.keys(json).sort().join(' ')}`);
console.log(json.detail);
await server.stop();
JS
node probe.mjs | tee seen
grep -qx '400: error undefined, members detail title type' seen
grep -qx 'Invalid grant type' seen
