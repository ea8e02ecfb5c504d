#!/usr/bin/env bash
# npm's `open` runs an xdg-open of its own, not the one in PATH.
#
# One would guess: on Linux `open(url)` runs the system's xdg-open, so a wrapper that is put first in PATH (as containers, remote shells and
#   WSL set-ups do to hand the address to the other side) is what gets called.
# What happens: the package carries a copy of the script and starts that by its full path. A wrapper in PATH is never run; only BROWSER,
#   which the copy reads, is obeyed.
# version and source: npm open 11.0.4; seen by running this with stand-ins for both; nothing is opened.
# Why it matters to a sign-in tool: "it opens for tool A and not for tool B" on the same machine is this. A tool that runs the xdg-open of
#   PATH and honours BROWSER first works in both set-ups.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts open@11.0.4 > /dev/null
cat > probe.mjs <<'JS'
import open from 'open';

const child = await open('https://id.example/device?user_code=ABCD-EFGH');
console.log(`started: ${child.spawnfile.replace(process.cwd(), '')}`);
JS
mkdir bin
printf '#!/bin/sh\necho "wrapper in PATH: $1" >> "%s/called"\n' "$work" > bin/xdg-open
printf '#!/bin/sh\necho "BROWSER: $1" >> "%s/called"\n' "$work" > bin/browser
chmod +x bin/*
chmod +x node_modules/open/xdg-open
: > called
PATH=$work/bin:$PATH BROWSER=$work/bin/browser node probe.mjs | tee seen
for _ in $(seq 30); do [ -s called ] && break; sleep 0.1; done
cat called
grep -qx 'started: /node_modules/open/xdg-open' seen
grep -q '^BROWSER: https://id.example/device' called
if grep -q wrapper called; then exit 1; fi
