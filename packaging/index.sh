#!/bin/sh
# One OCI archive with the images for several kinds of machine, from the archives that image.sh has made: container engines take their own.
#
#   packaging/index.sh VERSION ARCHIVE IMAGE…
set -eu
version=$1
archive=$PWD/${2#"$PWD/"}
shift 2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
whole=$work/whole
mkdir -p "$whole/blobs/sha256"
for image; do
    tar -C "$whole" -xf "$image"
    manifest=$(jq -r '.manifests[0].digest' "$whole/index.json")
    blob() { echo "$whole/blobs/sha256/${1#sha256:}"; }
    configuration=$(blob "$(jq -r .config.digest "$(blob "$manifest")")")
    jq -c --argjson size "$(wc -c <"$(blob "$manifest")")" --slurpfile of "$configuration" \
        '.manifests[0] | {mediaType, digest, size: $size, platform: ($of[0] | {architecture, os})}' "$whole/index.json" >>"$work/manifests"
done

jq -sc '{schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: .}' "$work/manifests" | tr -d '\n' >"$work/index"
digest=$(sha256sum <"$work/index" | cut -d ' ' -f 1)
cp "$work/index" "$whole/blobs/sha256/$digest"
jq -nc --arg digest "sha256:$digest" --argjson size "$(wc -c <"$work/index")" --arg name "datagen:$version" \
    '{schemaVersion: 2, manifests: [{mediaType: "application/vnd.oci.image.index.v1+json", digest: $digest, size: $size,
        annotations: {"org.opencontainers.image.ref.name": $name}}]}' | tr -d '\n' >"$whole/index.json"
find "$whole" -exec touch -d "@$SOURCE_DATE_EPOCH" {} +
tar -C "$whole" --sort=name --owner=0 --group=0 --numeric-owner --mode=go=rX,u+rw -cf "$archive" .
