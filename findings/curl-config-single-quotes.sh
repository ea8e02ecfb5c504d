#!/usr/bin/env bash
# Single quotes in a curl configuration file are part of the value.
#
# One would guess: the file is quoted like a shell: 'abc' and "abc" are both abc.
# What happens: only double quotes quote. `oauth2-bearer = 'abc'` sends the token with both apostrophes, without a warning; the shell that
#   took them off for `--oauth2-bearer 'abc'` is not there.
# version and source: curl 7.88.1 (Debian 12); seen by running this against a server on loopback.
# Why it matters to a sign-in tool: single quotes are the safe choice in every shell, so they get copied into the file. The server then says
#   invalid_token about a token that is perfectly good. Write double quotes, and \" and \\ inside.
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
try "oauth2-bearer = 'abc'" | tee seen
try 'oauth2-bearer = "abc"' | tee -a seen
grep -qx "oauth2-bearer = 'abc' -> authorization: Bearer 'abc'" seen
grep -qx 'oauth2-bearer = "abc" -> authorization: Bearer abc' seen
