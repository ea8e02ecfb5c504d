#!/bin/sh
# Makes dist/datagen, and the link dist/genlabz to it: one Native AOT executable, both products.
# It is static, for any Linux of its architecture and for empty containers, where clang, lld, cmake and OpenSSL's static libraries are there;
# else it is linked to the system's libraries. What is missing is said, and installed by packaging/tools.sh.
#
#   ./publish.sh                 the executable
#   ./publish.sh --symbols       and dist/datagen.symbols, the same with the names of its functions, for packaging/order.sh
#   ./publish.sh --sample        and dist/sample, the library's sample program
#   ./publish.sh --release       and dist/release: archive, Debian package, container image, bill of materials, checksums
#   ./publish.sh --rid RID       for another kind of machine, in dist/RID: linux-arm64 from linux-x64
set -eu
cd "$(dirname "$0")"

sample=
symbols=
release=
rid=
while [ $# -gt 0 ]; do
    case "$1" in
        --sample) sample=1 ;;
        --symbols) symbols=1 ;;
        --release) release=1 ;;
        --rid) rid=${2:?"--rid takes a runtime identifier"}; shift ;;
        *) echo "usage: ./publish.sh [--symbols] [--sample] [--release] [--rid RID]" >&2; exit 2 ;;
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

# What a static executable needs.
tools=build
target=
triplet=
objcopy=objcopy
if [ "$rid" != "$here" ]; then
    case "$rid" in
        linux-arm64) triplet=aarch64-linux-gnu ;;
        *) echo "publish.sh: $rid can't be made on $here" >&2; exit 1 ;;
    esac
    tools=$rid
    target=--target=$triplet
    objcopy=$triplet-objcopy
fi
library() { clang ${target:+"$target"} -print-file-name="$1"; }
missing=
for tool in clang ld.lld cmake make "$objcopy"; do command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"; done
case "$missing" in
    *clang*) ;;
    *) for file in libc.a libssl.a libcrypto.a; do [ "$(library $file)" != $file ] || missing="$missing $file"; done ;;
esac

static=
linker=clang
case "$rid" in
    linux-*)
        if [ -z "$missing" ]; then static=1
        elif [ -n "$target" ]; then echo "publish.sh: missing for $rid:$missing; packaging/tools.sh $tools installs it" >&2; exit 1
        else echo "publish.sh: not static, missing:$missing; packaging/tools.sh $tools installs it"
        fi
        ;;
esac
command -v clang >/dev/null 2>&1 || linker=gcc
command -v "$linker" >/dev/null 2>&1 || { echo "publish.sh: install clang or gcc, to link with: packaging/tools.sh $tools" >&2; exit 1; }

dist=dist
[ "$rid" = "$here" ] || dist=dist/$rid
mkdir -p "$dist"
# Nothing of this machine's own in what is compiled here: the same commit gives the same bytes elsewhere.
export CFLAGS="-ffile-prefix-map=${NUGET_PACKAGES:-$HOME/.nuget/packages}=/packages $target ${CFLAGS:-}"

# publish PROJECT NAME [PROPERTY…]: $dist/NAME. Trim and AOT warnings are errors.
publish() {
    project=$1
    name=$2
    shift 2
    dotnet publish "$project" -c Release -r "$rid" -o "$dist/publish" \
        -p:CppCompilerAndLinker="$linker" -p:PathMap="$PWD=/datagen" "$@" -v quiet -nologo >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
    # Replaced in one step: someone may be running the old one.
    mv -f "$dist/publish/$name" "$dist/$name"
    rm -rf "$dist/publish"
    echo "publish.sh: $dist/$name, $(($(wc -c <"$dist/$name") / 1024)) KiB"
}

echo "publish.sh: compiling for $rid, ${static:+static, }linked by $linker: about a minute"
if [ -n "$static" ]; then
    # Without the tables to unwind OpenSSL's functions by, which nothing here does: 0.6 MB.
    openssl=$PWD/obj/openssl/$rid
    mkdir -p "$openssl"
    for file in libssl.a libcrypto.a; do
        "$objcopy" --remove-section .eh_frame --remove-section .rela.eh_frame "$(library $file)" "$openssl/$file"
    done
    publish_static() {
        publish datagen.csproj datagen -p:StaticOpenSsl="$openssl" -p:StaticExecutable=true -p:StaticOpenSslLinking=true -p:LinkerFlavor=lld \
            -p:PositionIndependentExecutable=false -p:IlcDehydrate=false ${target:+-p:ObjCopyName="$objcopy"} "$@"
    }
    if [ -n "$symbols" ]; then
        linked=bin/Release/net10.0/$rid/native/datagen
        rm -f "$linked"
        publish_static -p:StripSymbols=false
        "$objcopy" --strip-debug "$dist/datagen" "$dist/datagen.symbols"
        rm -f "$linked" # To be linked once more, and stripped.
    fi
    publish_static
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
[ -z "$release" ] || packaging/release.sh "$rid" "$dist"
