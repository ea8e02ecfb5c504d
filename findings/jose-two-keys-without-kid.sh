#!/usr/bin/env bash
# jose refuses a token without `kid` as soon as the key set has two keys that fit, even though one of them verifies it.
#
# One would guess: without a kid the fitting keys are tried in turn. OpenID Connect Core 10.1 lets a signer leave kid out while its set has
#   one key, and sets grow to two for every rotation.
# What happens: JWKSMultipleMatchingKeys; trying them is left to the caller, by iterating over the error object.
# version and source: npm jose 6.2.18; seen by running this, no network.
# Why it matters to a sign-in tool: it works for months, then every sign-in fails during the provider's key rotation and works again after
#   it. Test with two keys of one type and no kid.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts jose@6.2.18 > /dev/null
cat > probe.mjs <<'JS'
import * as jose from 'jose';

const pairs = [await jose.generateKeyPair('ES256'), await jose.generateKeyPair('ES256')];
const keys = await Promise.all(pairs.map(pair => jose.exportJWK(pair.publicKey)));
const token = await new jose.SignJWT({ sub: 's' }).setProtectedHeader({ alg: 'ES256' }).sign(pairs[0].privateKey);
for (const count of [1, 2]) {
    const told = await jose.jwtVerify(token, jose.createLocalJWKSet({ keys: keys.slice(0, count) })).then(() => 'verified', thrown => thrown.code);
    console.log(`${count} key: ${told}`);
}
const tried = await jose.jwtVerify(token, jose.createLocalJWKSet({ keys })).catch(async thrown => {
    let verified = 0;
    for await (const key of thrown) verified += await jose.jwtVerify(token, key).then(() => 1, () => 0);
    return verified;
});
console.log(`tried by hand: ${tried} of 2 verifies`);
JS
node probe.mjs | tee seen
grep -qx '1 key: verified' seen
grep -qx '2 key: ERR_JWKS_MULTIPLE_MATCHING_KEYS' seen
grep -qx 'tried by hand: 1 of 2 verifies' seen
