#!/bin/sh
# Installs what is missing of the tools that a build needs, on Debian or Ubuntu as root; elsewhere it says what to install.
#
#   packaging/tools.sh [build] [linux-arm64] [release] [tests]
#
# build: clang and static libraries, for a static executable (the default). linux-arm64: to make that one on x86-64. release: for the container
# image. tests: everything that .ci/run needs.
set -eu

missing=
need() { # COMMAND-OR-FILE PACKAGE…: these packages where that is not there
    what=$1
    shift
    case "$what" in
        /*) [ -e "$what" ] || missing="$missing $*" ;;
        *) PATH=$PATH:/usr/sbin command -v "$what" >/dev/null 2>&1 || missing="$missing $*" ;;
    esac
}

build() {
    need clang clang
    need ld.lld lld
    need cmake cmake
    need make make
    need objcopy binutils
    multiarch=/usr/lib/$(uname -m)-linux-gnu
    need "$multiarch/libc.a" libc6-dev
    need "$multiarch/libssl.a" libssl-dev
    need "$multiarch/libz.a" zlib1g-dev
}

foreign=
arm64() {
    need clang clang
    need ld.lld lld
    need cmake cmake
    need make make
    need aarch64-linux-gnu-objcopy binutils-aarch64-linux-gnu
    need /usr/lib/gcc-cross/aarch64-linux-gnu libgcc-12-dev-arm64-cross gcc-12-aarch64-linux-gnu-base
    before=$missing
    need /usr/lib/aarch64-linux-gnu/libc.a libc6-dev:arm64
    need /usr/lib/aarch64-linux-gnu/libssl.a libssl-dev:arm64
    need /usr/lib/aarch64-linux-gnu/libz.a zlib1g-dev:arm64
    [ "$missing" = "$before" ] || foreign=arm64
}

release() {
    need umoci umoci
    need skopeo skopeo
    need jq jq
}

tests() {
    need curl curl
    need git git
    need script bsdutils
    need zbarimg zbar-tools
    need chromium chromium
    need bwrap bubblewrap
    need zsh zsh
    need fish fish
    need mandoc mandoc
    need lintian lintian
    need runc runc
    need man man-db
    need node nodejs
    need npm npm
    need strace strace
    need valgrind valgrind
    need openssl openssl
    need qemu-aarch64-static qemu-user-static
}

[ $# -gt 0 ] || set -- build
for group; do
    case "$group" in
        build) build ;;
        linux-arm64) arm64 ;;
        release) release ;;
        tests) tests ;;
        *) echo "usage: packaging/tools.sh [build] [linux-arm64] [release] [tests]" >&2; exit 2 ;;
    esac
done

[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "tools.sh: missing, by Debian's names:$missing" >&2
    exit 1
fi
echo "tools.sh: installing$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
{
    [ -z "$foreign" ] || dpkg --add-architecture "$foreign"
    apt-get update -qq
    # shellcheck disable=SC2086 # One word a package.
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
} >"$log" 2>&1 || { tail -n 5 "$log" >&2; exit 1; }
