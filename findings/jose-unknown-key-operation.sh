#!/usr/bin/env bash
# jose gives up on a whole key set when a key lists an operation it doesn't know.
#
# One would guess: an unknown value in key_ops is passed over: RFC 7517 4.3 says "Other values MAY be used", and `verify` is there too.
# What happens: verification throws a TypeError of WebCrypto's importKey ("not a valid enum value of type KeyUsage"), not one of jose's own
#   errors, so `catch (e) { if (e instanceof errors.JOSEError) … }` lets it through.
# version and source: npm jose 6.2.18, node 20; seen by running this, no network.
# Why it matters to a sign-in tool: a provider that adds an operation of its own to its published key breaks every jose client at the next
#   ID token. A reader of key sets should look for "verify" and leave the rest alone.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts jose@6.2.18 > /dev/null
cat > probe.mjs <<'JS'
import * as jose from 'jose';

const { privateKey, publicKey } = await jose.generateKeyPair('ES256');
const token = await new jose.SignJWT({ sub: 's' }).setProtectedHeader({ alg: 'ES256', kid: 'k' }).sign(privateKey);
const jwk = { ...await jose.exportJWK(publicKey), kid: 'k' };
for (const key_ops of [['verify'], ['verify', 'attest']]) {
    const told = await jose.jwtVerify(token, jose.createLocalJWKSet({ keys: [{ ...jwk, key_ops }] }))
        .then(() => 'verified', thrown => `${thrown.name}, JOSEError ${thrown instanceof jose.errors.JOSEError}`);
    console.log(`${JSON.stringify(key_ops)}: ${told}`);
}
JS
node probe.mjs | tee seen
grep -qxF '["verify"]: verified' seen
grep -qxF '["verify","attest"]: TypeError, JOSEError false' seen
