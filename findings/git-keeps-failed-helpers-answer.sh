#!/usr/bin/env bash
# git takes what a credential helper printed even though the helper failed.
#
# One would guess: a helper that exits with an error has no answer: git drops its output and asks the next helper or the person.
# What happens: the lines are read as they come and kept; the exit code changes nothing. With username and password there, git is satisfied
#   and no other helper is asked.
# version and source: git 2.39.5 (Debian 12); seen by running `git credential fill`, no network.
# Why it matters to a sign-in tool: a helper that prints the user name first and then finds that the session is over hands git half an answer,
#   or a stale token, together with its error. Print nothing before everything is known, or say quit=1.
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
cat > failing <<'SH'
#!/bin/sh
[ "$1" = get ] || exit 0
printf 'username=you\npassword=stale\n'
echo "error: the session is over" >&2
exit 1
SH
printf '#!/bin/sh\necho asked >> "%s/second"\nprintf "username=you\\npassword=fresh\\n"\n' "$work" > second-helper
chmod +x failing second-helper
: > second
printf 'protocol=https\nhost=git.example\n\n' |
    "$git" -c credential.helper="$work/failing" -c credential.helper="$work/second-helper" credential fill | tee seen
echo "second helper asked $(wc -l < second) times"
grep -qx 'password=stale' seen
[ ! -s second ]
