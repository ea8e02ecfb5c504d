#!/usr/bin/env bash
# Better Auth's device plugin takes a form for the device code and refuses a form for the token.
#
# One would guess: both endpoints take application/x-www-form-urlencoded, which RFC 8628 3.1 and 3.4 prescribe and every client library sends.
# What happens: /device/code answers a form and JSON alike; /device/token answers a form by 415 and takes JSON alone. The sign-in fails
#   after the person has been shown the code.
# version and source: npm better-auth 1.7.5, deviceAuthorization plugin; seen by running this on loopback.
# Why it matters to a sign-in tool: "it supports the device flow" does not mean that a client of the standard can use it. A probe of a server
#   has to go as far as the first poll, not stop at the code.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts better-auth@1.7.5 --legacy-peer-deps > /dev/null
cat > probe.mjs <<'JS'
import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { toNodeHandler } from 'better-auth/node';
import { bearer, deviceAuthorization } from 'better-auth/plugins';

const server = createServer().listen(0, '127.0.0.1');
await new Promise(ready => server.on('listening', ready));
const origin = `http://127.0.0.1:${server.address().port}`;
const auth = betterAuth({
    baseURL: origin,
    secret: 'only for this run, forty characters long',
    database: memoryAdapter({ user: [], session: [], account: [], verification: [], deviceCode: [] }),
    emailAndPassword: { enabled: true },
    logger: { disabled: true },
    plugins: [deviceAuthorization({ expiresIn: '10m', interval: '5s', verificationUri: `${origin}/device` }), bearer()],
});
server.on('request', toNodeHandler(auth));
const post = async (path, values, form) => {
    const answer = await fetch(`${origin}/api/auth${path}`, {
        method: 'POST',
        headers: form ? { origin } : { origin, 'Content-Type': 'application/json' },
        body: form ? new URLSearchParams(values) : JSON.stringify(values),
    });
    return [answer.status, await answer.json()];
};
for (const form of [true, false]) {
    const [status, device] = await post('/device/code', { client_id: 'c' }, form);
    const [polled, told] = await post('/device/token',
        { client_id: 'c', grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: device.device_code }, form);
    console.log(`${form ? 'form' : 'JSON'}: code ${status}, token ${polled} ${told.error ?? told.code}`);
}
process.exit();
JS
node probe.mjs | tee seen
grep -qx 'form: code 200, token 415 UNSUPPORTED_MEDIA_TYPE' seen
grep -qx 'JSON: code 200, token 400 authorization_pending' seen
