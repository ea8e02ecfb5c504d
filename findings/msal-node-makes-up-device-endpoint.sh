#!/usr/bin/env bash
# msal-node does not read device_authorization_endpoint: it makes the address up from the token endpoint.
#
# One would guess: with protocolMode OIDC and any provider as authority, the device flow goes to the endpoint that the provider's metadata
#   names (RFC 8628 4), which msal-node has just fetched.
# What happens: it replaces "/token" in the token endpoint by "/devicecode" and posts there; the metadata's address is never asked.
# version and source: npm @azure/msal-node 7.2.3; seen by running this over TLS on loopback.
# Why it matters to a sign-in tool: the device flow of that library works with one maker's address layout alone. A server that wants to
#   be reached by it has to answer at that made-up address as well.
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
console.log(`metadata: ${new URL(metadata.device_authorization_endpoint).pathname}`);
console.log(await signIn());
console.log(`asked: ${log.map(([path]) => path).join(' ')}`);
server.close();
server.closeAllConnections();
JS
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -days 2 \
    -subj /CN=id -addext subjectAltName=IP:127.0.0.1 2> /dev/null
NODE_EXTRA_CA_CERTS=cert.pem node probe.mjs | tee seen
grep -qx 'asked: /.well-known/openid-configuration /oauth/devicecode /oauth/token' seen
