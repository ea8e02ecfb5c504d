#!/usr/bin/env bash
# docker-credential-pass gives back a folder listing as the secret when the user name has a slash in it.
#
# One would guess: any user name can be stored: the server's address is encoded so that its slashes don't matter, and robot accounts are
#   named team/robot at several registries.
# What happens: `store` succeeds and makes a folder of the part before the slash; `get` succeeds too, with that part as the user name and the
#   drawing that `pass` prints for a folder as the secret.
# version and source: golang-docker-credential-helpers 0.6.4 with pass 1.7.4 (Debian 12); seen by running this.
# Why it matters to a sign-in tool: the registry answers 401 to a secret nobody ever typed. A tool that stores through helpers should read
#   back what it stored, or keep user names to one word.
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
echo '{"ServerURL":"https://registry.example","Username":"team/robot","Secret":"s3cret"}' | $helper store
echo https://registry.example | $helper get | tee seen
grep -q '"Username":"team"' seen
grep -q '"Secret":"docker-credential-helpers/.*robot' seen
if grep -q s3cret seen; then exit 1; fi
