#!/bin/sh
# What people install, from what publish.sh has made: an archive, a Debian package, a container image, a bill of materials, checksums.
# The same to the byte from the same commit. Called by ./publish.sh --release.
#
#   packaging/release.sh RID FOLDER      FOLDER has the executable. In dist/release: made anew for this machine's own kind (dist), added
#                                        to for another (dist/RID)
set -eu
cd "$(dirname "$0")/.."
rid=$1
dist=$2
export LC_ALL=C TZ=UTC

version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null) || SOURCE_DATE_EPOCH=$(date +%s)
export SOURCE_DATE_EPOCH
name=datagen-$version-$rid
release=dist/release
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ "$dist" != dist ] || rm -rf "$release"
mkdir -p "$release"

case "$rid" in
    linux-x64) architecture=amd64 ;;
    linux-arm64) architecture=arm64 ;;
    *) architecture= ;;
esac

# copy FILE… FOLDER: with modes that do not depend on whose clone this is.
copy() { for last; do :; done; install -d "$last"; while [ $# -gt 1 ]; do install -m 644 "$1" "$last"; shift; done; }
settle() { find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +; }

# The bill of materials: what NuGet resolved, and what was linked in beside.
packaging/sbom.sh "$version" "$rid" "$dist/datagen" >"$release/$name.cdx.json"

# The archive.
root=$work/$name
install -d "$root"
install -m 755 "$dist/datagen" "$root/datagen"
ln -s datagen "$root/genlabz"
copy README.md CHANGELOG.md LICENSE docs/third-party.md packaging/copyright "$root"
copy dist/man/*.1 "$root/man"
copy dist/completions/* "$root/completions"
settle "$root"
tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner -cf - "$name" | gzip -9n >"$release/$name.tar.gz"

# The Debian package.
if [ -n "$architecture" ] && command -v dpkg-deb >/dev/null; then
    deb=$work/deb
    install -d "$deb/DEBIAN" "$deb/usr/bin"
    install -m 755 "$dist/datagen" "$deb/usr/bin/datagen"
    ln -s datagen "$deb/usr/bin/genlabz"
    copy dist/man/*.1 "$deb/usr/share/man/man1"
    gzip -9n "$deb"/usr/share/man/man1/*
    copy packaging/copyright "$deb/usr/share/doc/datagen"
    maintainer=$(git log -1 --format='%an <%ae>' 2>/dev/null) || maintainer='datagen maintainers <maintainers@localhost>'
    printf 'datagen (%s) unstable; urgency=medium\n\n  * What is new: CHANGELOG.md of the source.\n\n -- %s  %s\n' \
        "$version" "$maintainer" "$(date -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9n >"$deb/usr/share/doc/datagen/changelog.gz"
    for product in datagen genlabz; do
        install -D -m 644 dist/completions/$product.bash "$deb/usr/share/bash-completion/completions/$product"
        install -D -m 644 dist/completions/$product.zsh "$deb/usr/share/zsh/vendor-completions/_$product"
        install -D -m 644 dist/completions/$product.fish "$deb/usr/share/fish/vendor_completions.d/$product.fish"
    done
    install -D -m 644 packaging/lintian-overrides "$deb/usr/share/lintian/overrides/datagen"
    cat >"$deb/DEBIAN/control" <<END
Package: datagen
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $(du -sk --apparent-size "$deb/usr" | cut -f 1)
Recommends: ca-certificates
Section: utils
Priority: optional
Homepage: https://datagen.example
Description: sign in to Datagen Factory and GenLabZ
 The commands datagen and genlabz sign people in from a terminal, keep the
 session fresh, and hand scripts a valid access token in milliseconds. One
 static executable: device flow, browser flow with PKCE, organizations.
END
    (cd "$deb" && find usr -type f | sort | xargs md5sum) >"$deb/DEBIAN/md5sums"
    chmod 644 "$deb/DEBIAN/md5sums" "$deb/DEBIAN/control"
    find "$deb" -type d -exec chmod 755 {} +
    chmod 644 "$deb"/usr/share/man/man1/* "$deb"/usr/share/doc/datagen/*
    settle "$deb"
    dpkg-deb --root-owner-group -Zxz --build "$deb" "$release/datagen_${version}_$architecture.deb" >/dev/null
fi

# The container image, and one index where there is an image for several kinds of machine.
if [ -n "$architecture" ] && command -v umoci >/dev/null && command -v skopeo >/dev/null; then
    packaging/image.sh "$dist/datagen" "$architecture" "$version" "$release/$name.oci.tar"
    [ "$(find "$release" -name '*.oci.tar' | wc -l)" = 1 ] || packaging/index.sh "$version" "$release/datagen-$version.oci.tar" "$release"/datagen-*-linux-*.oci.tar
else
    echo "publish.sh: no container image, which would need: umoci skopeo; packaging/tools.sh release installs them"
fi

install -m 755 packaging/install.sh "$release/install.sh"
rm -f "$release/SHA256SUMS"
(cd "$release" && sha256sum -- * >"$work/sums" && mv "$work/sums" SHA256SUMS && chmod 644 SHA256SUMS)
for file in "$release"/*; do echo "publish.sh: $file, $(($(wc -c <"$file") / 1024)) KiB"; done
