#!/usr/bin/env bash
# Better Auth answers a session request with a wrong token, or none, by 200 and the JSON `null`.
#
# One would guess: a bearer token that isn't valid is a 401 with WWW-Authenticate (RFC 6750 3), at least where the token is all that is asked
#   about.
# What happens: /get-session answers 200 `null` to a made-up token exactly as to no token. Nothing in status or headers says so.
# version and source: npm better-auth 1.7.5 with the bearer plugin; seen by running this on loopback.
# Why it matters to a sign-in tool: "200 means the token is good" keeps a session that was signed out elsewhere, and a reader that expects an
#   object fails on null with a message about JSON. An identity answer without an identity is a refusal.
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
await post('/sign-up/email', { email: 'you@example.com', password: 'a long password', name: 'You' });
const [, { token }] = await post('/sign-in/email', { email: 'you@example.com', password: 'a long password' });
for (const [name, value] of [['valid', token], ['wrong', 'made-up'], ['none', undefined]]) {
    const answer = await fetch(`${origin}/api/auth/get-session`, { headers: value ? { Authorization: `Bearer ${value}` } : {} });
    const json = await answer.json();
    console.log(`${name}: ${answer.status} ${json === null ? 'null' : json.user.email}, challenge ${answer.headers.get('www-authenticate')}`);
}
process.exit();
JS
node probe.mjs | tee seen
grep -qx 'valid: 200 you@example.com, challenge null' seen
grep -qx 'wrong: 200 null, challenge null' seen
grep -qx 'none: 200 null, challenge null' seen
