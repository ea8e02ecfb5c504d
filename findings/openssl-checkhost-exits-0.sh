#!/usr/bin/env bash
# `openssl x509 -checkhost` exits 0 for a certificate that does not match.
#
# One would guess: -checkhost and -checkip are questions whose exit code is the answer, like -checkend beside them.
# What happens: "Hostname … does NOT match certificate" is printed and the exit code is 0; -checkend's no is 1.
# version and source: OpenSSL 3.0 of Debian 12 (later series may differ); seen by running this, no network.
# Why it matters to a sign-in tool: a health check of an issuer's certificate, `openssl x509 -checkhost id.example … || alarm`, never alarms.
#   Read the text, or use `openssl verify -verify_hostname`, which fails.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
openssl version
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -days 2 \
    -subj /CN=id -addext subjectAltName=DNS:id.example 2> /dev/null
ask() { "$@" > out 2>&1 && code=0 || code=$?; echo "$(printf '%s ' "${@:2}" | sed 's/ -noout//; s/ -in cert.pem//'): exit $code, $(grep -v '^CN' out | head -1)"; }
{
    ask openssl x509 -noout -in cert.pem -checkhost id.example
    ask openssl x509 -noout -in cert.pem -checkhost wrong.example
    ask openssl x509 -noout -in cert.pem -checkend 99999999
    ask openssl verify -CAfile cert.pem -verify_hostname wrong.example cert.pem
} | tee seen
grep -q 'checkhost id.example : exit 0, .*does match' seen
grep -q 'checkhost wrong.example : exit 0, .*does NOT match' seen
grep -q 'checkend 99999999 : exit 1' seen
grep -q 'verify_hostname wrong.example .*: exit 2' seen
