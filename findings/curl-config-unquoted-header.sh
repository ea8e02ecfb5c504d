#!/usr/bin/env bash
# A header line in a curl configuration file removes the header when its value isn't quoted.
#
# One would guess: `header = Authorization: Bearer abc` in a file for curl -K sets that header, as the same text does after -H.
# What happens: an unquoted value ends at the first blank, so curl gets `Authorization:`, which means "send no such header". The request goes
#   out without a credential; with -s there is no word about it.
# version and source: curl 7.88.1 (Debian 12); seen by running this against a server on loopback.
# Why it matters to a sign-in tool: a configuration on stdin (`tool … | curl -K -`) is how a token is kept out of argv. A generator that forgets
#   the quotes produces anonymous requests and a 401 that looks like a bad token.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export HOME=$work
get() { (mkdir -p debs && cd debs && apt-get download -qq -o APT::Sandbox::User=root "$@"); }
get curl=7.88.1-10+deb12u15 libcurl4=7.88.1-10+deb12u15 2> /dev/null || { apt-get update -qq && get curl=7.88.1-10+deb12u15 libcurl4=7.88.1-10+deb12u15; }
for package in debs/*.deb; do dpkg-deb -x "$package" unpacked; done
cat > server.js <<'JS'
const server = require('http').createServer((request, response) => response.end(`authorization: ${request.headers.authorization ?? 'none'}\n`));
server.listen(0, '127.0.0.1', () => require('fs').writeFileSync('port', `${server.address().port}\n`));
JS
node server.js &
server=$!
trap 'kill $server 2> /dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 50); do [ -s port ] && break; sleep 0.1; done
curl() { LD_LIBRARY_PATH=$work/unpacked/usr/lib/x86_64-linux-gnu "$work/unpacked/usr/bin/curl" "$@"; }
curl --version | head -1
try() { printf '%s\n' "$1" | curl -sS --noproxy '*' -K - "http://127.0.0.1:$(cat port)/" 2>&1 | sed "s|^|$1 -> |"; }
try 'header = Authorization: Bearer abc' | tee seen
try 'header = "Authorization: Bearer abc"' | tee -a seen
grep -qx 'header = Authorization: Bearer abc -> authorization: none' seen
grep -qx 'header = "Authorization: Bearer abc" -> authorization: Bearer abc' seen
