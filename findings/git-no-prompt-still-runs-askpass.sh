#!/usr/bin/env bash
# GIT_TERMINAL_PROMPT=0 does not stop git from asking: it runs SSH_ASKPASS.
#
# One would guess: the variable means "don't ask anybody", so that a script or a CI run fails at once when no helper has an answer; and
#   SSH_ASKPASS is ssh's.
# What happens: only the question on the terminal is off. With GIT_ASKPASS and core.askPass unset, the program that SSH_ASKPASS names is run
#   for user name and password, and what it prints is used.
# version and source: git 2.39.5 (Debian 12); seen by running `git credential fill` with a stand-in for the dialog, no network.
# Why it matters to a sign-in tool: on a desktop a helper that has no answer leaves the person with a password dialog, in spite of the
#   variable, for a host that takes tokens only. A helper that means no must answer quit=1.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export HOME=$work
get() { (mkdir -p debs && cd debs && apt-get download -qq -o APT::Sandbox::User=root "$@"); }
get git=1:2.39.5-0+deb12u3 2> /dev/null || { apt-get update -qq && get git=1:2.39.5-0+deb12u3; }
for package in debs/*.deb; do dpkg-deb -x "$package" unpacked; done
export GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0 GIT_EXEC_PATH=$work/unpacked/usr/lib/git-core
git=$work/unpacked/usr/bin/git
"$git" --version
printf '#!/bin/sh\necho "dialog: $1" >> "%s/asked"\necho typed\n' "$work" > dialog
printf '#!/bin/sh\n[ "$1" = get ] && echo quit=1\n' > quits
chmod +x dialog quits
fill() { : > asked; printf 'protocol=https\nhost=git.example\n\n' | env -u GIT_ASKPASS SSH_ASKPASS="$work/dialog" "$git" "$@" credential fill 2>&1 || echo "exit $?"; cat asked; }
echo "-- no helper"; fill -c credential.helper= | tee none
echo "-- a helper that says quit=1"; fill -c credential.helper="$work/quits" | tee quit
grep -q "dialog: Username for 'https://git.example'" none
grep -q '^password=typed' none
if grep -q dialog quit; then exit 1; fi
grep -q '^exit 128' quit
