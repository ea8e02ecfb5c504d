#!/usr/bin/env bash
# man joins two words to the name of a page, and no third.
#
# One would guess: since `man git stash` shows git-stash, `man tool auth login` shows tool-auth-login, or says that there is none.
# What happens: man-db joins the words in pairs: it shows tool-auth, complains on stderr about `login` and exits 16. Only
#   `man tool-auth-login` shows the page.
# version and source: man-db 2.11.2 (Debian 12); seen by running this with two pages of its own.
# Why it matters to a sign-in tool: commands of three words (`tool auth login`) get the wrong page from the habit that git taught. The page of
#   the group should name the pages below it under SEE ALSO, with hyphens.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export HOME=$work
get() { (mkdir -p debs && cd debs && apt-get download -qq -o APT::Sandbox::User=root "$@"); }
get man-db=2.11.2-2 2> /dev/null || { apt-get update -qq && get man-db=2.11.2-2; }
for package in debs/*.deb; do dpkg-deb -x "$package" unpacked; done
mkdir -p pages/man1
for page in tool-auth tool-auth-login; do
    printf '.TH %s 1 2026-01-01\n.SH NAME\n%s \\- sign in\n' "${page^^}" "$page" > "pages/man1/$page.1"
done
program=$(find unpacked -path '*/bin/man' -type f)
libraries=$(dirname "$(find "$work/unpacked" -name 'libman-*.so' | head -1)")
show() { env MANPATH="$work/pages" MANPAGER=cat LC_ALL=C.UTF-8 LD_LIBRARY_PATH="$libraries" "$program" "$@" > page 2> said && code=0 || code=$?; echo "man $*: exit $code, pages $(grep -oE '^TOOL[A-Z-]+' page | sort -u | tr '\n' ' '), said: $(tr '\n' ' ' < said)"; }
LD_LIBRARY_PATH=$libraries "$program" --version
show tool auth | tee seen
show tool-auth-login | tee -a seen
show tool auth login | tee -a seen
grep -q '^man tool auth: exit 0, pages TOOL-AUTH ,' seen
grep -q '^man tool-auth-login: exit 0, pages TOOL-AUTH-LOGIN ,' seen
grep -q '^man tool auth login: exit 16, pages TOOL-AUTH , said: No manual entry for login' seen
