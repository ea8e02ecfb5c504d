#!/usr/bin/env bash
# oidc-provider names no polling interval and never says slow_down.
#
# One would guess: a certified provider with the device flow sends `interval` and answers polls that come faster with slow_down, which
#   RFC 8628 3.5 defines for that.
# What happens: the answer has no `interval`, and twenty polls without a pause are twenty times authorization_pending.
# version and source: npm oidc-provider 9.13.3, deviceFlow enabled; seen by running this on loopback.
# Why it matters to a sign-in tool: the most used test provider exercises neither the interval nor slow_down. A client that is tested against
#   it alone has never run the code that adds five seconds, and must itself know the default of 5.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts oidc-provider@9.13.3 > /dev/null
cat > probe.mjs <<'JS'
import { createServer } from 'node:http';

console.info = console.warn = () => { };
const { Provider } = await import('oidc-provider');
const server = createServer().listen(0, '127.0.0.1');
await new Promise(ready => server.on('listening', ready));
const origin = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(origin, {
    clients: [{ client_id: 'cli', token_endpoint_auth_method: 'none', redirect_uris: [], response_types: [], grant_types: ['urn:ietf:params:oauth:grant-type:device_code'] }],
    features: { deviceFlow: { enabled: true } },
});
server.on('request', provider.callback());
const post = async (path, form) => {
    const answer = await fetch(origin + path, { method: 'POST', body: new URLSearchParams(form) });
    return [answer.status, await answer.json()];
};
const [, device] = await post('/device/auth', { client_id: 'cli', scope: 'openid' });
console.log(`members: ${Object.keys(device).sort().join(' ')}`);
const polls = {};
for (let poll = 0; poll < 20; poll++) {
    const [status, { error }] = await post('/token', { client_id: 'cli', grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: device.device_code });
    polls[`${status} ${error}`] = (polls[`${status} ${error}`] ?? 0) + 1;
}
console.log(`polls: ${JSON.stringify(polls)}`);
server.close();
server.closeAllConnections();
JS
node probe.mjs | tee seen
grep -qx 'members: device_code expires_in user_code verification_uri verification_uri_complete' seen
grep -qxF 'polls: {"400 authorization_pending":20}' seen
