#!/bin/sh
# A bill of materials in CycloneDX 1.5: the packages that NuGet resolved, and the C libraries in a static executable.
#
#   packaging/sbom.sh VERSION RID EXECUTABLE >datagen.cdx.json
set -eu
cd "$(dirname "$0")/.."
version=$1
rid=$2
executable=$3

case "$rid" in
    *-arm64) architecture=arm64 ;;
    *) architecture=amd64 ;;
esac
linked() { # PURL-NAME PACKAGE LICENSE: one that Debian's package manager knows
    found=$(dpkg-query -W -f '${source:Version}' "$2:$architecture" 2>/dev/null) || return 0
    jq -n --arg name "$1" --arg version "$found" --arg license "$3" \
        '{type: "library", name: $name, version: $version, licenses: [{license: {id: $license}}], purl: "pkg:deb/debian/\($name)@\($version | @uri)"}'
}

{
    # ILLink.Tasks and the like only run at build time; the AOT compiler's package is also the framework that is linked in.
    jq --arg target "net10.0/$rid" '
        .targets[$target] // {} | keys[] | split("/") | {name: .[0], version: .[1]}
        | select(.name | test("ILLink.Tasks|^Microsoft.DotNet.ILCompiler") | not)
        | {type: "library", name, version, licenses: [{license: {id: "MIT"}}], purl: "pkg:nuget/\(.name)@\(.version)"}' obj/project.assets.json
    if ! ldd "$executable" >/dev/null 2>&1; then
        linked openssl libssl-dev Apache-2.0
        linked glibc libc6-dev LGPL-2.1-or-later
        linked zlib zlib1g-dev Zlib
    fi
} | jq -sc --arg version "$version" --arg rid "$rid" --arg hash "$(sha256sum "$executable" | cut -d ' ' -f 1)" \
    --arg moment "$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)" '{
        bomFormat: "CycloneDX", specVersion: "1.5", version: 1,
        metadata: {
            timestamp: $moment,
            component: {
                type: "application", "bom-ref": "datagen", name: "datagen", version: $version,
                purl: "pkg:generic/datagen@\($version)?rid=\($rid)", hashes: [{alg: "SHA-256", content: $hash}]
            }
        },
        components: [.[] | . + {"bom-ref": .purl}],
        dependencies: [{ref: "datagen", dependsOn: [.[].purl]}]
    }'
