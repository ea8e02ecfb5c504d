#!/usr/bin/env bash
# gpg-agent says "All identities removed." to ssh-add -D and removes none.
#
# One would guess: ssh-add -D and -d empty whatever agent SSH_AUTH_SOCK leads to: the program says so and exits 0.
# What happens: gpg-agent answers success to both and keeps every key: ssh-add had stored it for good in its folder, and a new
#   agent started there lists it again.
# version and source: gpg-agent 2.2.40 and OpenSSH 9.2p1 (Debian 12), a stand-in for pinentry; seen by running this.
# Why it matters to a sign-in tool: one that binds a session to a key in the agent and tells people "remove it with ssh-add -d" is wrong on
#   desktops where gpg-agent answers that socket. Check what is listed, not what was answered.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export HOME=$work
get() { (mkdir -p debs && cd debs && apt-get download -qq -o APT::Sandbox::User=root "$@"); }
get gpg-agent=2.2.40-1.1+deb12u2 openssh-client=1:9.2p1-2+deb12u10 2> /dev/null || { apt-get update -qq && get gpg-agent=2.2.40-1.1+deb12u2 openssh-client=1:9.2p1-2+deb12u10; }
for package in debs/*.deb; do dpkg-deb -x "$package" unpacked; done
export GNUPGHOME=$work/gnupg
mkdir -m 700 gnupg
cat > pinentry <<'SH'
#!/bin/sh
echo "OK ready"
while read -r line; do
    case $line in
        GETPIN*) printf 'D secret\nOK\n' ;;
        BYE*) echo OK; exit ;;
        *) echo OK ;;
    esac
done
SH
chmod +x pinentry
PATH=$work/unpacked/usr/bin:$PATH
gpg-agent --version | head -1
ssh -V
start() { gpg-agent --daemon --enable-ssh-support --pinentry-program "$work/pinentry" > agent 2> /dev/null; eval "$(grep SSH_AUTH_SOCK agent)" > /dev/null; }
stop() { gpg-connect-agent --no-autostart killagent /bye > /dev/null 2>&1 || gpgconf --kill gpg-agent > /dev/null 2>&1 || true; sleep 0.5; }
trap 'stop; rm -rf "$work"' EXIT
start
ssh-keygen -q -t ed25519 -N '' -C one -f one
ssh-keygen -q -t ecdsa -N '' -C two -f two
ssh-add one two
ssh-add -d one 2>&1 | tee said
ssh-add -D 2>&1 | tee -a said
echo "listed afterwards: $(ssh-add -l | wc -l)"
grep -q '^Identity removed: one' said
grep -q '^All identities removed' said
[ "$(ssh-add -l | wc -l)" = 2 ]
stop
start
echo "listed by a new agent: $(ssh-add -l | wc -l)"
[ "$(ssh-add -l | wc -l)" = 2 ]
