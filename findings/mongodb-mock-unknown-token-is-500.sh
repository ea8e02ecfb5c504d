#!/usr/bin/env bash
# MongoDB's mock provider answers a refresh token it doesn't know by 500, with a JavaScript message as `error`.
#
# One would guess: an unknown or spent refresh token, or a device code asked for a second time, is 400 invalid_grant.
# What happens: 500 {"error": "Cannot destructure property …"}; and the very first poll of a device code succeeds, without anybody having
#   approved it.
# version and source: npm @mongodb-js/oidc-mock-provider 0.13.18; seen by running this on loopback.
# Why it matters to a sign-in tool: a client rightly takes 500 for "the server is down, the session may be fine" and keeps the credential. A
#   test of "the session is over" can't be made with it, nor one of waiting for the person.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts @mongodb-js/oidc-mock-provider@0.13.18 > /dev/null
cat > probe.mjs <<'JS'
import mock from '@mongodb-js/oidc-mock-provider';

const provider = await mock.OIDCMockProvider.create({
    port: 0,
    hostname: '127.0.0.1',
    getTokenPayload: () => ({ expires_in: 3600, payload: { sub: 's', aud: 'c' } }),
});
const post = async (path, form) => {
    const answer = await fetch(`${provider.issuer}${path}`, { method: 'POST', body: new URLSearchParams(form) });
    return [answer.status, await answer.json()];
};
const [, device] = await post('/device', { client_id: 'c', scope: 'openid' });
const poll = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: device.device_code, client_id: 'c' };
for (const [name, form] of [['first poll', poll], ['second poll', poll], ['unknown refresh token', { grant_type: 'refresh_token', refresh_token: 'r', client_id: 'c' }]]) {
    const [status, json] = await post('/token', form);
    console.log(`${name}: ${status} ${json.access_token ? 'token' : json.error}`);
}
await provider.close();
JS
node probe.mjs | tee seen
grep -qx 'first poll: 200 token' seen
grep -q '^second poll: 500 Cannot destructure' seen
grep -q '^unknown refresh token: 500 Cannot destructure' seen
