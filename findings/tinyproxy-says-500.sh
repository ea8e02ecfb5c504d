#!/usr/bin/env bash
# tinyproxy says 500 "Unable to connect" where a gateway's own 502 or 504 would be expected.
#
# One would guess: a proxy that can't reach the server, or can't resolve its name, answers 502 or 504 (RFC 9110 15.6), so that 500 is always the
#   server's own.
# What happens: 500 for a closed port and for a name that doesn't exist, to plain requests and to CONNECT alike, with a page in HTML.
# version and source: tinyproxy 1.11.1 (Debian 12); seen by running this on loopback; the name is of .invalid.
# Why it matters to a sign-in tool: over plain http "the server failed (500)" is told for an issuer that was never reached. The `Server` header
#   and the page are the only signs; for CONNECT the status belongs to the proxy and should be named so.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export HOME=$work
get() { (mkdir -p debs && cd debs && apt-get download -qq -o APT::Sandbox::User=root "$@"); }
get tinyproxy-bin=1.11.1-2.1+deb12u1 2> /dev/null || { apt-get update -qq && get tinyproxy-bin=1.11.1-2.1+deb12u1; }
for package in debs/*.deb; do dpkg-deb -x "$package" unpacked; done
cat > ports.js <<'JS'
const net = require('net');
const [one, two] = [net.createServer().listen(0, '127.0.0.1'), net.createServer().listen(0, '127.0.0.1')];
setTimeout(() => { console.log(one.address().port, two.address().port); one.close(); two.close(); }, 100);
JS
read -r port closed < <(node ports.js)
printf 'Port %s\nListen 127.0.0.1\nTimeout 5\nLogLevel Critical\n' "$port" > conf
unpacked/usr/bin/tinyproxy -v
unpacked/usr/bin/tinyproxy -d -c conf &
proxy=$!
trap 'kill $proxy 2> /dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 50); do curl -s -o /dev/null --noproxy '*' "http://127.0.0.1:$port/" && break; sleep 0.1; done
ask() { env -u no_proxy -u NO_PROXY curl -s -o /dev/null -m 10 -w '%{http_code} connect %{http_connect}' -x "http://127.0.0.1:$port" "$1" || true; }
echo "closed port, http: $(ask "http://127.0.0.1:$closed/")" | tee seen
echo "closed port, https: $(ask "https://127.0.0.1:$closed/")" | tee -a seen
echo "no such name, http: $(ask http://id.invalid/)" | tee -a seen
grep -qx 'closed port, http: 500 connect 000' seen
grep -qx 'closed port, https: 000 connect 500' seen
grep -qx 'no such name, http: 500 connect 000' seen
