#!/bin/sh
# Makes dist/datagen, and the link dist/genlabz to it: one Native AOT executable, both products.
# It is static, for any Linux of its architecture and for empty containers, where clang, lld, cmake and OpenSSL's static
# libraries are there (as root on a machine with apt they are installed); else it is linked to the system's libraries.
#
#   ./publish.sh                 the executable
#   ./publish.sh --sample        and dist/sample, the library's sample program
#   ./publish.sh --release       and dist/release: archive, Debian package, container image, bill of materials, checksums
#   ./publish.sh --rid RID       for another kind of machine, linux-arm64 say, whose compiler the package registry must serve
#   ./publish.sh --no-install    with what there is
set -eu
cd "$(dirname "$0")"

sample=
release=
install=1
rid=
while [ $# -gt 0 ]; do
    case "$1" in
        --sample) sample=1 ;;
        --release) release=1 ;;
        --no-install) install= ;;
        --rid) rid=${2:?"--rid takes a runtime identifier"}; shift ;;
        *) echo "usage: ./publish.sh [--sample] [--release] [--rid RID] [--no-install]" >&2; exit 2 ;;
    esac
    shift
done

case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) here=linux-x64 ;;
    Linux-aarch64) here=linux-arm64 ;;
    Darwin-arm64) here=osx-arm64 ;;
    Darwin-x86_64) here=osx-x64 ;;
    *) here=unknown ;;
esac
rid=${rid:-$here}
[ "$rid" != unknown ] || { echo "publish.sh: no .NET runtime identifier known for $(uname -sm)" >&2; exit 1; }

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
        if [ "$rid" = "$here" ] && ! can_link_statically && [ -n "$install" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
            echo "publish.sh: installing $packages, to link statically (--no-install forbids it)"
            { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages; } >"$log" 2>&1 \
                || { tail -n 3 "$log" >&2; echo "publish.sh: that failed; going on without"; }
        fi
        if [ "$rid" != "$here" ]; then echo "publish.sh: not static, since it is for another kind of machine"
        elif can_link_statically; then static=1
        else echo "publish.sh: not static, which would need: $packages"
        fi
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
dist=dist
[ "$rid" = "$here" ] || dist=dist/$rid
mkdir -p "$dist"
# Nothing of this machine's own in what is compiled here: the same commit gives the same bytes elsewhere.
export CFLAGS="-ffile-prefix-map=${NUGET_PACKAGES:-$HOME/.nuget/packages}=/packages ${CFLAGS:-}"

# publish PROJECT NAME [PROPERTY…]: $dist/NAME. Trim and AOT warnings are errors.
publish() {
    project=$1
    name=$2
    shift 2
    dotnet publish "$project" -c Release -f "$framework" -r "$rid" -o "$dist/publish" \
        -p:AotFramework="$framework" -p:CppCompilerAndLinker="$linker" -p:PathMap="$PWD=/datagen" "$@" -v quiet -nologo >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
    # Replaced in one step: someone may be running the old one.
    mv -f "$dist/publish/$name" "$dist/$name"
    rm -rf "$dist/publish"
    echo "publish.sh: $dist/$name, $(($(wc -c <"$dist/$name") / 1024)) KiB"
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
ln -sfn datagen "$dist/genlabz"
[ -z "$sample" ] || publish sdk/sample/Sample.csproj sample

# The manual, and what shells complete: asked of the executable itself.
if [ "$rid" = "$here" ]; then
    rm -rf dist/man dist/completions
    mkdir -p dist/man dist/completions
    date=$(git log -1 --format=%cs 2>/dev/null) || date=$(date -u +%Y-%m-%d)
    for product in datagen genlabz; do
        "dist/$product" __manual dist/man "$date"
        for shell in bash zsh fish; do "dist/$product" completion $shell >"dist/completions/$product.$shell"; done
    done
elif [ -n "$release" ] && ! [ -d dist/man ]; then
    echo "publish.sh: run ./publish.sh first: the manual is asked of an executable that runs here" >&2
    exit 1
fi
[ -z "$release" ] || packaging/release.sh "$rid" "$framework" "$dist"
