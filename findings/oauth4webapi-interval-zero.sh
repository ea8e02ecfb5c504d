#!/usr/bin/env bash
# oauth4webapi refuses a device authorization answer whose interval is 0, and one whose interval is "5", but takes expires_in "600".
#
# One would guess: numbers are treated alike: either both members may be text that holds a number or neither, and 0, "no pause needed",
#   is a number of seconds like another (RFC 8628 3.2 sets no lower bound).
# What happens: expires_in goes through parseFloat and may be text; interval may not, and must be positive. Either refusal ends the sign-in
#   before the person has seen the code.
# version and source: npm oauth4webapi 3.8.8 (openid-client 6 is built on it); seen by running this on loopback.
# Why it matters to a sign-in tool: a test server that sends interval 0 to be quick fails with this client only, and a server in a language
#   that writes numbers as text fails in one member and not the other.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts oauth4webapi@3.8.8 > /dev/null
cat > probe.mjs <<'JS'
import http from 'node:http';

const log = [];
let answer = () => [404, {}];
const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', piece => body += piece);
    request.on('end', () => {
        log.push(`${request.method} ${request.url} ${body}`);
        const [status, json, headers] = answer(request, body);
        response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
        response.end(JSON.stringify(json));
    });
});
await new Promise(ready => server.listen(0, '127.0.0.1', ready));
const origin = `http://127.0.0.1:${server.address().port}`;
const close = () => { server.close(); server.closeAllConnections(); };

const oauth = await import('oauth4webapi');
const as = { issuer: origin, device_authorization_endpoint: `${origin}/device` };
for (const members of [{ expires_in: 600, interval: 5 }, { expires_in: '600', interval: 5 }, { expires_in: 600, interval: '5' }, { expires_in: 600, interval: 0 }]) {
    answer = () => [200, { device_code: 'd', user_code: 'ABCD-EFGH', verification_uri: 'https://id.example/device', ...members }];
    const response = await oauth.deviceAuthorizationRequest(as, { client_id: 'c' }, oauth.None(), {}, { [oauth.allowInsecureRequests]: true });
    const told = await oauth.processDeviceAuthorizationResponse(as, { client_id: 'c' }, response).then(() => 'taken', thrown => thrown.message);
    console.log(`${JSON.stringify(members)}: ${told}`);
}
close();
JS
node probe.mjs | tee seen
grep -qxF '{"expires_in":"600","interval":5}: taken' seen
grep -qF '{"expires_in":600,"interval":"5"}: "response" body "interval" property must be a number' seen
grep -qF '{"expires_in":600,"interval":0}: "response" body "interval" property must be a positive number' seen
