#!/usr/bin/env bash
# skopeo ignores credsStore, in a file where docker would run the helper for every registry.
#
# One would guess: a config.json works for docker and skopeo alike; both know credHelpers and read ~/.docker/config.json.
# What happens: `credHelpers` with the registry's name runs the helper; `credsStore`, docker's way to say "this helper for all", is passed
#   over in silence, and the pull goes out anonymous.
# version and source: skopeo 1.9.3 (Debian 12); seen by running this against a stand-in for a registry on loopback.
# Why it matters to a sign-in tool: `tool setup docker` that writes credsStore makes docker work and podman, buildah and skopeo, which share
#   that reader, fail with a 401 from the registry. One credHelpers entry for each host serves all of them.
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
echo '{"Username":"you","Secret":"secret"}' > answer
for config in "{\"credHelpers\":{\"$registry\":\"helper\"}}" '{"credsStore":"helper"}'; do
    echo "$config" > auth.json
    tags
    echo "${config//$registry/REGISTRY}: helper runs $(wc -l < runs), token asked with $(grep -o 'GET /token authorization: .*' requests)"
done | tee seen
grep -q '^{"credHelpers":.* helper runs 1, .*authorization: Basic ' seen
grep -q '^{"credsStore":.* helper runs 0, .*authorization: none' seen
