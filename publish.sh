#!/bin/sh
# Makes dist/datagen, and the link dist/genlabz to it: one Native AOT executable, both products.
# Needs the .NET SDK and a C compiler (clang or gcc) to link with.
#
#   ./publish.sh            the executable
#   ./publish.sh --sample   and dist/sample, the library's sample program
set -eu
cd "$(dirname "$0")"

sample=
case "${1:-}" in
    --sample) sample=1 ;;
    '') ;;
    *) echo "usage: ./publish.sh [--sample]" >&2; exit 2 ;;
esac

case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) rid=linux-x64 ;;
    Linux-aarch64) rid=linux-arm64 ;;
    Darwin-arm64) rid=osx-arm64 ;;
    Darwin-x86_64) rid=osx-x64 ;;
    *) echo "publish.sh: no .NET runtime identifier known for $(uname -sm)" >&2; exit 1 ;;
esac

linker=clang
command -v clang >/dev/null 2>&1 || linker=gcc
command -v "$linker" >/dev/null 2>&1 || { echo "publish.sh: install clang or gcc, to link with" >&2; exit 1; }

log=$(mktemp)
trap 'rm -f "$log"' EXIT

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

echo "publish.sh: $framework, $rid, linked by $linker"
mkdir -p dist

# publish PROJECT NAME: dist/NAME. Trim and AOT warnings are errors; whatever else is said is shown.
publish() {
    dotnet publish "$1" -c Release -f "$framework" -r "$rid" -o dist/publish \
        -p:AotFramework="$framework" -p:CppCompilerAndLinker="$linker" -v quiet -nologo >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
    cat "$log"
    # Replaced in one step: someone may be running the old one.
    mv -f "dist/publish/$2" "dist/$2"
    rm -rf dist/publish
    echo "publish.sh: dist/$2, $(($(wc -c <"dist/$2") / 1024)) KiB"
}

publish datagen.csproj datagen
ln -sfn datagen dist/genlabz
[ -z "$sample" ] || publish sdk/sample/Sample.csproj sample
