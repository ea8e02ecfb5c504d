#!/usr/bin/env bash
# msal-node ends the device flow at the first slow_down.
#
# One would guess: slow_down is authorization_pending with five more seconds (RFC 8628 3.5), as every server may send it at any poll.
# What happens: authorization_pending goes on, slow_down is thrown as a failure of the request, and the person's code is lost.
# version and source: npm @azure/msal-node 7.2.3; seen by running this over TLS on loopback.
# Why it matters to a sign-in tool: the first poll of that library comes without any wait, which is exactly what a strict server answers by
#   slow_down. A server that wants to be kind says authorization_pending to the first early poll.
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

for (const error of ['authorization_pending', 'slow_down']) {
    log.length = 0;
    answers = [[400, { error }], granted];
    const told = await signIn();
    console.log(`${error}: ${told}, ${log.filter(([path]) => path === '/oauth/token').length} polls`);
}
server.close();
server.closeAllConnections();
JS
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -days 2 \
    -subj /CN=id -addext subjectAltName=IP:127.0.0.1 2> /dev/null
NODE_EXTRA_CA_CERTS=cert.pem node probe.mjs | tee seen
grep -qx 'authorization_pending: token t, 2 polls' seen
grep -q '^slow_down: AuthError .*slow_down.*, 1 polls$' seen
