#!/usr/bin/env bash
# docker-credential-pass keeps the previous login beside the new one, and may go on answering with it.
#
# One would guess: `store` for a server replaces what was stored for that server, since `get` asks by server alone and can give one answer.
# What happens: each user name is a file of its own below the server's folder. After a store with another user name both are there, and
#   `get` answers with whichever name sorts first, here the old one.
# version and source: golang-docker-credential-helpers 0.6.4 with pass 1.7.4 (Debian 12); seen by running this.
# Why it matters to a sign-in tool: someone who signs in as somebody else, or a tool whose user name changes with the account, is still the old
#   one at the registry, and nothing says so. `erase` first, then `store`.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export HOME=$work
get() { (mkdir -p debs && cd debs && apt-get download -qq -o APT::Sandbox::User=root "$@"); }
get golang-docker-credential-helpers=0.6.4+ds1-1+b6 pass=1.7.4-6 tree=2.1.0-1 gpg=2.2.40-1.1+deb12u2 gpg-agent=2.2.40-1.1+deb12u2 2> /dev/null || { apt-get update -qq && get golang-docker-credential-helpers=0.6.4+ds1-1+b6 pass=1.7.4-6 tree=2.1.0-1 gpg=2.2.40-1.1+deb12u2 gpg-agent=2.2.40-1.1+deb12u2; }
for package in debs/*.deb; do dpkg-deb -x "$package" unpacked; done
trap 'gpgconf --kill gpg-agent > /dev/null 2>&1 || true; rm -rf "$work"' EXIT
PATH=$work/unpacked/usr/bin:$PATH
mkdir -m 700 .gnupg
gpg --quiet --batch --passphrase '' --quick-gen-key you@example.com default default never 2> /dev/null
pass init you@example.com > /dev/null
helper=docker-credential-pass
echo "golang-docker-credential-helpers 0.6.4, $(pass version | grep -o 'v[0-9.]*')"
echo '{"ServerURL":"https://registry.example","Username":"alice","Secret":"old"}' | $helper store
echo '{"ServerURL":"https://registry.example","Username":"bob","Secret":"new"}' | $helper store
echo https://registry.example | $helper get | tee seen
echo
echo https://registry.example | $helper erase
echo '{"ServerURL":"https://registry.example","Username":"bob","Secret":"new"}' | $helper store
echo https://registry.example | $helper get | tee after
grep -q '"Username":"alice","Secret":"old"' seen
grep -q '"Username":"bob","Secret":"new"' after
