#!/bin/sh
# A container image of nothing but the executable and the machine's certificate authorities, as an OCI archive; no container engine needed.
#
#   packaging/image.sh EXECUTABLE ARCHITECTURE VERSION ARCHIVE
set -eu
cd "$(dirname "$0")/.."
executable=$1
architecture=$2
version=$3
archive=$PWD/$4

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
moment=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)

root=$work/root
install -d "$root/usr/bin" "$root/etc/ssl/certs"
install -d -m 700 "$root/config"
install -m 755 "$executable" "$root/usr/bin/datagen"
ln -s datagen "$root/usr/bin/genlabz"
install -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
# One layer, made by hand so that order, owners and times are settled; the folder for credentials is the user's.
tar -C "$root" --sort=name --owner=0 --group=0 --numeric-owner --exclude=./config -cf "$work/layer.tar" .
tar -C "$root" --sort=name --owner=65532 --group=65532 --numeric-owner -rf "$work/layer.tar" ./config

umoci init --layout "$work/image"
umoci new --image "$work/image:$version"
umoci raw add-layer --image "$work/image:$version" --history.created "$moment" "$work/layer.tar"
umoci config --image "$work/image:$version" --created "$moment" --history.created "$moment" --architecture "$architecture" --os linux \
    --config.user 65532:65532 --config.entrypoint /usr/bin/datagen \
    --config.env PATH=/usr/bin --config.env DATAGEN_CONFIG_DIR=/config --config.env GENLABZ_CONFIG_DIR=/config/genlabz \
    --config.label "org.opencontainers.image.version=$version" --config.label org.opencontainers.image.title=datagen
umoci gc --layout "$work/image"
skopeo copy --quiet "oci:$work/image:$version" "oci-archive:$work/image.tar:datagen:$version"
# Unpacked and packed again with settled times.
mkdir "$work/archive"
tar -C "$work/archive" -xf "$work/image.tar"
find "$work/archive" -exec touch -d "@$SOURCE_DATE_EPOCH" {} +
tar -C "$work/archive" --sort=name --owner=0 --group=0 --numeric-owner --mode=go=rX,u+rw -cf "$archive" .
