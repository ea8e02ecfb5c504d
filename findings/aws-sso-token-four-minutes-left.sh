#!/usr/bin/env bash
# The AWS SDK refuses a cached SSO token that is good for four more minutes, and complains about a client id.
#
# One would guess: a token in ~/.aws/sso/cache is used until `expiresAt`; the five-minute margin only decides when to try a refresh first.
# What happens: without a refresh token in the file (what a plain sign-in without registration leaves) anything under five minutes is
#   an error, "Value not present for 'clientId' in SSO Token. Cannot refresh". With six minutes left the same file works.
# version and source: npm @aws-sdk/token-providers 3.1175.0; seen by running this, no request is made.
# Why it matters to a sign-in tool: one that writes files of this kind must count the token as dead five minutes early, and one that takes the
#   same margin must keep using a valid token when it can't refresh, instead of failing with what the file lacks.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts @aws-sdk/token-providers@3.1175.0 > /dev/null
cat > probe.mjs <<'JS'
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';

process.env.HOME = process.cwd();
process.env.AWS_CONFIG_FILE = 'config';
process.removeAllListeners('warning');
writeFileSync('config', '[default]\nsso_session = work\n[sso-session work]\nsso_region = eu-west-1\nsso_start_url = https://start.example/start\n');
const cache = `${process.cwd()}/.aws/sso/cache`;
mkdirSync(cache, { recursive: true });
const { fromSso } = await import('@aws-sdk/token-providers');
for (const minutes of [6, 4]) {
    const expiresAt = new Date(Date.now() + minutes * 60_000).toISOString();
    writeFileSync(`${cache}/${createHash('sha1').update('work').digest('hex')}.json`, JSON.stringify({ accessToken: 'token', expiresAt }));
    const result = await fromSso()().then(found => found.token, error => `${error.name}: ${error.message.split('.')[0]}`);
    console.log(`${minutes} minutes left: ${result}`);
}
JS
node probe.mjs | tee seen
grep -qx '6 minutes left: token' seen
grep -q "^4 minutes left: TokenProviderError: Value not present for 'clientId'" seen
