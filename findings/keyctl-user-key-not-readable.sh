#!/usr/bin/env bash
# A key in the kernel's user keyring can't be read by the same user in a new session keyring.
#
# One would guess: @u is "the keys of this user": each process of the user may read what another put there.
# What happens: the default permissions let a possessor read, and a process possesses @u only if its session keyring leads there. In a
#   session keyring of its own (`keyctl session`) it is "Permission denied" for the same uid, until @u is linked to the session.
# version and source: keyutils 1.6.3 (Debian 12) and the running kernel; seen by running this with a key that lives one minute.
# Why it matters to a sign-in tool: a token that a login put into @u is there and not readable in whatever was given a session keyring of its own,
#   which systemd's manual says of every service (KeyringMode=private). Link first, or set the permissions of the user (0x3f3f0000), or use a file.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export HOME=$work
get() { (mkdir -p debs && cd debs && apt-get download -qq -o APT::Sandbox::User=root "$@"); }
get keyutils=1.6.3-2 libkeyutils1=1.6.3-2 2> /dev/null || { apt-get update -qq && get keyutils=1.6.3-2 libkeyutils1=1.6.3-2; }
for package in debs/*.deb; do dpkg-deb -x "$package" unpacked; done
program=$(find "$work/unpacked" -name keyctl -type f)
libraries=$(dirname "$(find "$work/unpacked" -name 'libkeyutils.so.1*' | head -1)")
keyctl() { LD_LIBRARY_PATH=$libraries "$program" "$@"; }
keyctl --version
key=$(echo -n token | keyctl padd user "finding:$$" @u)
trap 'keyctl unlink "$key" @u > /dev/null 2>&1 || true; rm -rf "$work"' EXIT
keyctl timeout "$key" 60
echo "here: $(keyctl print "$key")" | tee seen
export LD_LIBRARY_PATH=$libraries
echo "new session: $("$program" session - "$program" print "$key" 2>&1 | tail -1)" | tee -a seen
echo "new session, @u linked: $("$program" session - sh -c "'$program' link @u @s && '$program' print $key" 2>&1 | tail -1)" | tee -a seen
grep -qx 'here: token' seen
grep -qx 'new session: keyctl_read_alloc: Permission denied' seen
grep -qx 'new session, @u linked: token' seen
