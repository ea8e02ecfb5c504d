#!/usr/bin/env bash
# OpenSSH loads an EC key from OpenSSL's PKCS #8 file, and not an Ed25519 key from the same kind of file.
#
# One would guess: "BEGIN PRIVATE KEY" is either understood or not: OpenSSH uses OpenSSL's reader for it, and both key types are its own.
# What happens: P-256 and RSA files made by `openssl genpkey` are added; the Ed25519 one is "invalid format", for ssh-add and ssh-keygen -y
#   alike. It has to be in OpenSSH's own format.
# version and source: OpenSSH 9.2p1 and OpenSSL 3.0 (Debian 12); seen by running this with an agent of its own.
# Why it matters to a sign-in tool: a DPoP key that was made as a PKCS #8 file can be moved into the agent later if it is P-256, and can't if
#   it is Ed25519: one more reason to make P-256 keys.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export HOME=$work
get() { (mkdir -p debs && cd debs && apt-get download -qq -o APT::Sandbox::User=root "$@"); }
get openssh-client=1:9.2p1-2+deb12u10 2> /dev/null || { apt-get update -qq && get openssh-client=1:9.2p1-2+deb12u10; }
for package in debs/*.deb; do dpkg-deb -x "$package" unpacked; done
PATH=$work/unpacked/usr/bin:$PATH
ssh -V
openssl version
eval "$(ssh-agent -a "$work/socket")" > /dev/null
trap 'kill $SSH_AGENT_PID; rm -rf "$work"' EXIT
umask 077
openssl genpkey -quiet -algorithm ec -pkeyopt ec_paramgen_curve:P-256 -out p256 2> /dev/null || openssl genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-256 -out p256
openssl genpkey -algorithm rsa -out rsa 2> /dev/null
openssl genpkey -algorithm ed25519 -out ed25519
for key in p256 rsa ed25519; do
    echo "$key, $(head -1 $key | tr -d -): $(ssh-add $key 2>&1)"
done | tee seen
grep -q '^p256, BEGIN PRIVATE KEY: Identity added' seen
grep -q '^rsa, BEGIN PRIVATE KEY: Identity added' seen
grep -q '^ed25519, BEGIN PRIVATE KEY: .*invalid format' seen
