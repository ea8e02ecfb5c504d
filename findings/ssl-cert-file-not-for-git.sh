#!/usr/bin/env bash
# SSL_CERT_FILE means something to curl and nothing to git and wget of the same distribution.
#
# One would guess: SSL_CERT_FILE is the one way to add a private root for a session: git is built on curl's library and wget is like curl.
# What happens: the variable is read by the curl program, not by its library, and Debian builds git and wget with GnuTLS. Both refuse the
#   server that curl accepts; git wants GIT_SSL_CAINFO, wget --ca-certificate.
# version and source: curl 7.88.1, git 2.39.5 and wget 1.21.3 of Debian 12; seen by running them against a TLS server on loopback.
# Why it matters to a sign-in tool: sign-in works with SSL_CERT_FILE, and the `git fetch` that uses its helper then fails at the same host with
#   "server certificate verification failed". Say which variable git needs when setting it up.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export HOME=$work
get() { (mkdir -p debs && cd debs && apt-get download -qq -o APT::Sandbox::User=root "$@"); }
get git=1:2.39.5-0+deb12u3 wget=1.21.3-1+deb12u1 curl=7.88.1-10+deb12u15 libcurl4=7.88.1-10+deb12u15 libcurl3-gnutls=7.88.1-10+deb12u15 2> /dev/null || { apt-get update -qq && get git=1:2.39.5-0+deb12u3 wget=1.21.3-1+deb12u1 curl=7.88.1-10+deb12u15 libcurl4=7.88.1-10+deb12u15 libcurl3-gnutls=7.88.1-10+deb12u15; }
for package in debs/*.deb; do dpkg-deb -x "$package" unpacked; done
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -days 2 \
    -subj /CN=id -addext subjectAltName=IP:127.0.0.1 2> /dev/null
cat > server.js <<'JS'
const fs = require('fs');
const server = require('https').createServer({ key: fs.readFileSync('key.pem'), cert: fs.readFileSync('cert.pem') }, (request, response) => {
    response.setHeader('Content-Type', 'application/x-git-upload-pack-advertisement');
    response.end(request.url.includes('info/refs') ? '001e# service=git-upload-pack\n0000003daaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa refs/heads/main\n0000' : 'here');
});
server.listen(0, '127.0.0.1', () => fs.writeFileSync('port', `${server.address().port}\n`));
JS
node server.js &
server=$!
trap 'kill $server 2> /dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 50); do [ -s port ] && break; sleep 0.1; done
address=https://127.0.0.1:$(cat port)/
root=$work/unpacked/usr
clean() { env -u CURL_CA_BUNDLE -u SSL_CERT_DIR -u GIT_SSL_CAINFO -u https_proxy -u HTTPS_PROXY -u all_proxy -u ALL_PROXY GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_EXEC_PATH="$root/lib/git-core" LD_LIBRARY_PATH="$root/lib/x86_64-linux-gnu" SSL_CERT_FILE="$work/cert.pem" "$@"; }
try() { clean "${@:2}" > out 2>&1 && told=works || told="exit $?"; echo "$1: $told"; }
clean "$root/bin/git" --version
{
    try curl "$root/bin/curl" -sS "$address"
    try wget "$root/bin/wget" -qO- "$address"
    try git "$root/bin/git" ls-remote "${address}repository.git"
    try "git, GIT_SSL_CAINFO" env GIT_SSL_CAINFO="$work/cert.pem" "$root/bin/git" ls-remote "${address}repository.git"
} | tee seen
grep -qx 'curl: works' seen
grep -q '^wget: exit 5' seen
grep -q '^git: exit 128' seen
grep -qx 'git, GIT_SSL_CAINFO: works' seen
