#!/usr/bin/env bash
# A docker credential helper that answers with the user name <token> hands over a refresh token, not a bearer token.
#
# One would guess: {"Username":"<token>","Secret":"…"} tells the client to send the secret as `Authorization: Bearer`.
# What happens: the secret is posted to the registry's token address as grant_type=refresh_token with a client_id of the tool's own
#   (containers/image), and what comes back is the bearer token. The registry itself never sees the secret.
# version and source: skopeo 1.9.3 (Debian 12); seen by running this against a stand-in for a registry on loopback.
# Why it matters to a sign-in tool: an access token put there is refused as an unknown refresh token, by every registry. With an access
#   token the helper needs the user name that the registry documents for "the password is a token".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export HOME=$work
get() { (mkdir -p debs && cd debs && apt-get download -qq -o APT::Sandbox::User=root "$@"); }
get skopeo=1.9.3+ds1-1+b10 2> /dev/null || { apt-get update -qq && get skopeo=1.9.3+ds1-1+b10; }
for package in debs/*.deb; do dpkg-deb -x "$package" unpacked; done
cat > registry.js <<'JS'
const fs = require('fs');
const server = require('http').createServer((request, response) => {
    let body = '';
    request.on('data', piece => body += piece);
    request.on('end', () => {
        const { method, url, headers: { authorization = 'none' } } = request;
        fs.appendFileSync('requests', `${method} ${url.split('?')[0]} authorization: ${authorization} ${body}\n`);
        response.setHeader('Content-Type', 'application/json');
        if (url.startsWith('/token')) {
            response.end('{"token":"pull-token","access_token":"pull-token","expires_in":300}');
        } else if (authorization === 'Bearer pull-token') {
            response.end('{"name":"team/image","tags":["1"]}');
        } else {
            response.writeHead(401, { 'WWW-Authenticate': `Bearer realm="http://${request.headers.host}/token",service="registry",scope="repository:team/image:pull"` });
            response.end('{}');
        }
    });
});
server.listen(0, '127.0.0.1', () => fs.writeFileSync('port', `${server.address().port}\n`));
JS
node registry.js &
server=$!
trap 'kill $server 2> /dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 50); do [ -s port ] && break; sleep 0.1; done
registry=127.0.0.1:$(cat port)
mkdir bin
cat > bin/docker-credential-helper <<'SH'
#!/bin/sh
cat > /dev/null
echo run >> "$HOME/runs"
cat "$HOME/answer"
SH
chmod +x bin/docker-credential-helper
PATH=$work/bin:$PATH
skopeo() { "$work/unpacked/usr/bin/skopeo" "$@"; }
skopeo --version
tags() { : > requests; : > runs; skopeo list-tags --tls-verify=false --authfile auth.json "docker://$registry/team/image" > /dev/null; }
echo "{\"credHelpers\":{\"$registry\":\"helper\"}}" > auth.json
for user in you '<token>'; do
    echo "{\"Username\":\"$user\",\"Secret\":\"secret\"}" > answer
    tags
    echo "$user: $(grep ' /token ' requests)"
done | tee seen
grep -q '^you: GET /token authorization: Basic ' seen
grep -q '^<token>: POST /token authorization: none .*grant_type=refresh_token&refresh_token=secret' seen
grep -q 'client_id=containers%2Fimage' seen
