#!/usr/bin/env bash
# docker-credential-pass answers "nothing stored" by success with an empty user name and secret.
#
# One would guess: a helper that has nothing says "credentials not found in native keychain" and exits 1: that is the protocol's one way to say
#   so, and clients go on anonymously at that very text.
# What happens: exit 0 and {"Username":"","Secret":""} for a server that was never stored.
# version and source: golang-docker-credential-helpers 0.6.4 with pass 1.7.4 (Debian 12); seen by running this.
# Why it matters to a sign-in tool: code that asks another helper "does this one have something?" by its exit code believes it is signed in,
#   with an empty password. Look at the secret as well.
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
echo https://never.example | $helper get > seen && code=0 || code=$?
echo "exit $code: $(cat seen)"
[ $code = 0 ]
grep -q '"Username":"","Secret":""' seen
