#!/usr/bin/env bash
# sensible-browser takes BROWSER for the name of one command: no arguments, no %s, no list.
#
# One would guess: BROWSER has one meaning, "commands separated by colons, %s where the address goes", since xdg-open beside it in the same
#   distribution reads it so.
# What happens: xdg-open splits at colons and blanks and puts the address in; sensible-browser quotes the whole value as a program's name,
#   so `BROWSER="firefox --private-window"` or `"firefox:lynx"` is "not found" and exit 1.
# version and source: Debian 12's sensible-utils 0.0.17+nmu1 and xdg-utils 1.1.3-4.1; seen by running both with a stand-in browser.
# Why it matters to a sign-in tool: a tool that hands over to whichever of the two exists works or fails by which it finds first. Read
#   BROWSER itself, in xdg-open's sense, and go on when opening fails: the person has the address.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export HOME=$work
get() { (mkdir -p debs && cd debs && apt-get download -qq -o APT::Sandbox::User=root "$@"); }
get sensible-utils=0.0.17+nmu1 xdg-utils=1.1.3-4.1 2> /dev/null || { apt-get update -qq && get sensible-utils=0.0.17+nmu1 xdg-utils=1.1.3-4.1; }
for package in debs/*.deb; do dpkg-deb -x "$package" unpacked; done
printf '#!/bin/sh\necho "opened: $*" >> "%s/opened"\n' "$work" > viewer
chmod +x viewer
address=https://id.example/device
try() { # tool, value of BROWSER
    : > opened
    env -u DISPLAY -u WAYLAND_DISPLAY BROWSER="$2" "unpacked/usr/bin/$1" $address > out 2>&1 < /dev/null && code=0 || code=$?
    echo "$1 [${2//$work\//}]: exit $code, $(cat opened)"
}
for value in "$work/viewer" "$work/viewer --new-window" "$work/viewer %s" "no-such-thing:$work/viewer"; do
    try xdg-open "$value"
    try sensible-browser "$value"
done | tee seen
[ "$(grep -c '^xdg-open.*exit 0, opened: ' seen)" = 4 ]
[ "$(grep -c '^sensible-browser.*exit 0, opened: ' seen)" = 1 ]
[ "$(grep -c '^sensible-browser.*exit 1, $' seen)" = 3 ]
