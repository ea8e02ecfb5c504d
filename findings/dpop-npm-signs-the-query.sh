#!/usr/bin/env bash
# npm's `dpop` signs the address as it is given, query and fragment included.
#
# One would guess: a library for DPoP makes `htu` as RFC 9449 4.2 has it, "without query and fragment", from the address of the request.
# What happens: generateProof(key, url, method) puts the text into htu unchanged. Cutting it is the caller's part.
# version and source: npm dpop 2.1.2; seen by running this, no network.
# Why it matters to a sign-in tool: some servers forgive a query in htu and others don't, so the same program works at one provider and gets
#   invalid_dpop_proof at the next, and only for addresses that have a query.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts dpop@2.1.2 > /dev/null
cat > probe.mjs <<'JS'
import { generateKeyPair, generateProof } from 'dpop';

const proof = await generateProof(await generateKeyPair('ES256'), 'https://api.example/me?page=2#top', 'GET');
console.log(`htu ${JSON.parse(Buffer.from(proof.split('.')[1], 'base64url')).htu}`);
JS
node probe.mjs | tee seen
grep -qxF 'htu https://api.example/me?page=2#top' seen
