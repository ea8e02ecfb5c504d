#!/usr/bin/env bash
# msal-node polls the device flow with a grant type that no standard has: grant_type=device_code.
#
# One would guess: in its OIDC mode it sends urn:ietf:params:oauth:grant-type:device_code (RFC 8628 3.4), the one name there is.
# What happens: it sends the short name. A provider that knows the standard alone answers unsupported_grant_type, after the person has been
#   shown a code.
# version and source: npm @azure/msal-node 7.2.3; seen by running this over TLS on loopback.
# Why it matters to a sign-in tool: a test double that takes any grant type hides this; one should compare the whole name. A server that
#   wants such clients must know the short name as well.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts @azure/msal-node@7.2.3 > /dev/null
cat > probe.mjs <<'JS'
import { createServer } from 'node:https';
import { readFileSync } from 'node:fs';
import * as msal from '@azure/msal-node';

const log = [];
let answers = [];
const server = createServer({ key: readFileSync('key.pem'), cert: readFileSync('cert.pem') }, (request, response) => {
    let body = '';
    request.on('data', piece => body += piece);
    request.on('end', () => {
        const path = request.url.split('?')[0];
        log.push([path, new URLSearchParams(body)]);
        const [status, json] = path.includes('well-known') ? [200, metadata]
            : path === '/oauth/token' ? answers.shift()
                : [200, { device_code: 'd', user_code: 'ABCD-EFGH', verification_uri: `${origin}/device`, expires_in: 60, interval: 1, message: 'm' }];
        response.writeHead(status, { 'Content-Type': 'application/json' });
        response.end(JSON.stringify(json));
    });
});
await new Promise(ready => server.listen(0, '127.0.0.1', ready));
const host = `127.0.0.1:${server.address().port}`;
const origin = `https://${host}`;
const metadata = {
    issuer: origin, authorization_endpoint: `${origin}/authorize`, token_endpoint: `${origin}/oauth/token`, jwks_uri: `${origin}/keys`,
    device_authorization_endpoint: `${origin}/device_authorization`,
};
const granted = [200, { access_token: 't', token_type: 'Bearer', expires_in: 3600 }];
const signIn = () => new msal.PublicClientApplication({ auth: { clientId: 'c', authority: origin, knownAuthorities: [host] }, system: { protocolMode: 'OIDC' } })
    .acquireTokenByDeviceCode({ scopes: ['email'], deviceCodeCallback() { } })
    .then(result => `token ${result.accessToken}`, thrown => `${thrown.name} ${thrown.message.split('\n')[0]}`);

answers = [granted];
console.log(await signIn());
console.log(`sent: ${log.at(-1)[1].get('grant_type')}`);
server.close();
server.closeAllConnections();
JS
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -days 2 \
    -subj /CN=id -addext subjectAltName=IP:127.0.0.1 2> /dev/null
NODE_EXTRA_CA_CERTS=cert.pem node probe.mjs | tee seen
grep -qx 'token t' seen
grep -qx 'sent: device_code' seen
