#!/usr/bin/env bash
# A file that systemd-creds encrypted can't be decrypted under another file name.
#
# One would guess: the encryption is about the key and the bytes; the file may be called what one likes, and be moved.
# What happens: the name of the OUTPUT file at encryption is sealed inside, and decryption refuses when the file is called anything else, unless
#   told the old name by --name=.
# version and source: systemd 252.39 (Debian 12), with the key "tpm2-absent", which needs nothing of the machine; seen by running this.
# Why it matters to a sign-in tool: a client secret that is encrypted to `secret.cred.new` and then renamed into place, the careful way to write
#   a file, is unreadable for the service. Write the final name with --name= at encryption.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export HOME=$work
get() { (mkdir -p debs && cd debs && apt-get download -qq -o APT::Sandbox::User=root "$@"); }
get systemd=252.39-1~deb12u2 libsystemd-shared=252.39-1~deb12u2 2> /dev/null || { apt-get update -qq && get systemd=252.39-1~deb12u2 libsystemd-shared=252.39-1~deb12u2; }
for package in debs/*.deb; do dpkg-deb -x "$package" unpacked; done
program=$(find "$work/unpacked" -name systemd-creds -type f)
libraries=$(dirname "$(find "$work/unpacked" -name 'libsystemd-shared-*.so' | head -1)")
creds() { LD_LIBRARY_PATH=$libraries "$program" "$@"; }
creds --version | head -1
echo secret > plain
creds encrypt --with-key=tpm2-absent plain client-secret.new 2> /dev/null
mv client-secret.new client-secret
creds decrypt client-secret - > out 2> said && code=0 || code=$?
echo "renamed: exit $code, $(tail -1 said)" | tee seen
creds decrypt --name=client-secret.new client-secret - 2> /dev/null | sed 's/^/told the old name: /' | tee -a seen
creds encrypt --with-key=tpm2-absent --name=client-secret plain client-secret.new 2> /dev/null
mv client-secret.new client-secret
creds decrypt client-secret - 2> /dev/null | sed 's/^/named at encryption: /' | tee -a seen
grep -q "^renamed: exit 1, Embedded credential name 'client-secret.new' does not match" seen
grep -qx 'told the old name: secret' seen
grep -qx 'named at encryption: secret' seen
