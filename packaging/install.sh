#!/bin/sh
# Installs datagen and genlabz for you alone, without root: checks the archive against SHA256SUMS first.
#
#   ./install.sh FROM [TO]     FROM: the folder, or the https address, that has SHA256SUMS and the archives; TO: ~/.local
set -eu
from=${1:?"usage: install.sh FROM [TO]"}
to=${2:-$HOME/.local}

case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) rid=linux-x64 ;;
    Linux-aarch64) rid=linux-arm64 ;;
    *) echo "install.sh: there is no archive for $(uname -sm)" >&2; exit 1 ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
get() {
    case "$from" in
        https://*) ;;
        http://*)
            # This machine and no other: what stands before an @ is no host.
            authority=${from#http://}
            authority=${authority%%[/?#]*}
            case "$authority" in
                127.0.0.1) ;;
                127.0.0.1:*[!0-9]*) not_https ;;
                127.0.0.1:?*) ;;
                *) not_https ;;
            esac
            ;;
        *://*) not_https ;;
        *) cp "$from/$1" "$work/$1"; return ;;
    esac
    curl -fsS --proto-redir =https -o "$work/$1" "${from%/}/$1"
}
not_https() { echo "install.sh: $from is not https" >&2; exit 1; }

get SHA256SUMS
archive=$(sed -n "s/^[0-9a-f]* [ *]\(datagen-[0-9A-Za-z.+-]*-$rid\.tar\.gz\)$/\1/p" "$work/SHA256SUMS")
[ -n "$archive" ] || { echo "install.sh: there is no archive for $rid in $from" >&2; exit 1; }
get "$archive"
(cd "$work" && grep -F " $archive" SHA256SUMS | sha256sum -c --status) || { echo "install.sh: $archive is not what SHA256SUMS says" >&2; exit 1; }

tar -C "$work" -xzf "$work/$archive"
files=$work/${archive%.tar.gz}
mkdir -p "$to/bin" "$to/share/man/man1" "$to/share/bash-completion/completions" "$to/share/zsh/site-functions" "$to/share/fish/vendor_completions.d"
cp "$files/datagen" "$to/bin/datagen.new"
mv -f "$to/bin/datagen.new" "$to/bin/datagen"
ln -sfn datagen "$to/bin/genlabz"
cp "$files"/man/* "$to/share/man/man1/"
for product in datagen genlabz; do
    cp "$files/completions/$product.bash" "$to/share/bash-completion/completions/$product"
    cp "$files/completions/$product.zsh" "$to/share/zsh/site-functions/_$product"
    cp "$files/completions/$product.fish" "$to/share/fish/vendor_completions.d/$product.fish"
done

"$to/bin/datagen" --version
case ":$PATH:" in *":$to/bin:"*) ;; *) echo "install.sh: put $to/bin in your PATH" >&2 ;; esac
