#!/bin/sh
# Makes dist/datagen, and the link dist/genlabz to it: one Native AOT executable, both products.
# It is static, for any Linux of its architecture and for empty containers, where clang, lld, cmake and OpenSSL's static
# libraries are there (as root on a machine with apt they are installed); else it is linked to the system's libraries.
#
#   ./publish.sh                 the executable
#   ./publish.sh --sample        and dist/sample, the library's sample program
#   ./publish.sh --no-install    with what there is
set -eu
cd "$(dirname "$0")"

sample=
install=1
for argument in "$@"; do
    case "$argument" in
        --sample) sample=1 ;;
        --no-install) install= ;;
        *) echo "usage: ./publish.sh [--sample] [--no-install]" >&2; exit 2 ;;
    esac
done

case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) rid=linux-x64 ;;
    Linux-aarch64) rid=linux-arm64 ;;
    Darwin-arm64) rid=osx-arm64 ;;
    Darwin-x86_64) rid=osx-x64 ;;
    *) echo "publish.sh: no .NET runtime identifier known for $(uname -sm)" >&2; exit 1 ;;
esac

log=$(mktemp)
trap 'rm -f "$log"' EXIT

packages="clang lld cmake make libc6-dev libssl-dev zlib1g-dev"
can_link_statically() {
    for tool in clang ld.lld cmake make; do command -v "$tool" >/dev/null 2>&1 || return 1; done
    for library in libc.a libssl.a libcrypto.a; do [ "$(clang -print-file-name=$library)" != $library ] || return 1; done
}

static=
case "$rid" in
    linux-*)
        if ! can_link_statically && [ -n "$install" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
            echo "publish.sh: installing $packages, to link statically (--no-install forbids it)"
            { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages; } >"$log" 2>&1 \
                || { tail -n 3 "$log" >&2; echo "publish.sh: that failed; going on without"; }
        fi
        if can_link_statically; then static=1; else echo "publish.sh: not static, which would need: $packages"; fi
        ;;
esac

linker=clang
command -v clang >/dev/null 2>&1 || linker=gcc
command -v "$linker" >/dev/null 2>&1 || { echo "publish.sh: install clang or gcc, to link with" >&2; exit 1; }

# The newest framework whose AOT compiler the package registry serves.
framework=
for candidate in net10.0 net9.0; do
    if dotnet restore datagen.csproj -r "$rid" -p:AotFramework=$candidate >"$log" 2>&1; then
        framework=$candidate
        break
    fi
    echo "publish.sh: the AOT compiler for $candidate does not restore here"
done
[ -n "$framework" ] || { cat "$log" >&2; exit 1; }

echo "publish.sh: $framework, $rid, ${static:+static, }linked by $linker"
mkdir -p dist

# publish PROJECT NAME [PROPERTY…]: dist/NAME. Trim and AOT warnings are errors.
publish() {
    project=$1
    name=$2
    shift 2
    dotnet publish "$project" -c Release -f "$framework" -r "$rid" -o dist/publish \
        -p:AotFramework="$framework" -p:CppCompilerAndLinker="$linker" "$@" -v quiet -nologo >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
    # Replaced in one step: someone may be running the old one.
    mv -f "dist/publish/$name" "dist/$name"
    rm -rf dist/publish
    echo "publish.sh: dist/$name, $(($(wc -c <"dist/$name") / 1024)) KiB"
}

if [ -n "$static" ]; then
    # Without the tables to unwind OpenSSL's functions by, which nothing here does: 0.6 MB.
    openssl=$PWD/obj/openssl
    mkdir -p "$openssl"
    for library in ssl crypto; do
        objcopy --remove-section .eh_frame --remove-section .rela.eh_frame "$(clang -print-file-name=lib$library.a)" "$openssl/lib$library.a"
    done
    publish datagen.csproj datagen -p:StaticOpenSsl="$openssl" -p:StaticExecutable=true -p:StaticOpenSslLinking=true -p:LinkerFlavor=lld \
        -p:PositionIndependentExecutable=false -p:IlcDehydrate=false
else
    publish datagen.csproj datagen
fi
ln -sfn datagen dist/genlabz

# The manual, and what shells complete: asked of the executable itself.
rm -rf dist/man dist/completions
mkdir -p dist/man dist/completions
date=$(git log -1 --format=%cs 2>/dev/null) || date=$(date -u +%Y-%m-%d)
for product in datagen genlabz; do
    "dist/$product" __manual dist/man "$date"
    for shell in bash zsh fish; do "dist/$product" completion $shell >"dist/completions/$product.$shell"; done
done
[ -z "$sample" ] || publish sdk/sample/Sample.csproj sample
