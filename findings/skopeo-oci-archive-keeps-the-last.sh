#!/usr/bin/env bash
# skopeo's oci-archive forgets the first image when a second is copied into it; docker-archive refuses.
#
# One would guess: `skopeo copy … oci-archive:file.tar:name:tag` adds an image under that name, as it does for the folder `oci:`, or is an
#   error for a file that exists, as it is for docker-archive.
# What happens: the file is written anew with the last image alone, exit 0.
# version and source: skopeo 1.9.3 and umoci 0.4.7 (Debian 12); seen by running this, no registry.
# Why it matters to a sign-in tool: a release that puts its amd64 and arm64 images into one archive ships only the one that came last, and
#   nothing in the build says so. Copy into an `oci:` folder and pack that.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export HOME=$work
get() { (mkdir -p debs && cd debs && apt-get download -qq -o APT::Sandbox::User=root "$@"); }
get skopeo=1.9.3+ds1-1+b10 umoci=0.4.7+ds-3+b7 2> /dev/null || { apt-get update -qq && get skopeo=1.9.3+ds1-1+b10 umoci=0.4.7+ds-3+b7; }
for package in debs/*.deb; do dpkg-deb -x "$package" unpacked; done
PATH=$work/unpacked/usr/bin:$PATH
skopeo --version
umoci --version
umoci init --layout source
umoci new --image source:1
mkdir -p policy
echo '{"default":[{"type":"insecureAcceptAnything"}]}' > policy/policy.json
names() { node -p "JSON.parse(require('fs').readFileSync(0)).manifests.map(m => m.annotations['org.opencontainers.image.ref.name']).join(' ')"; }
copy() { skopeo --policy policy/policy.json copy -q oci:source:1 "$1" 2> said && echo "exit 0" || echo "exit $?, $(grep -o "doesn't support.*images" said)"; }
for image in app:1 app:2; do
    for kind in oci:folder oci-archive:one.tar docker-archive:two.tar; do
        echo "copy $image to $kind: $(copy "$kind:$image")"
    done
done | tee seen
echo "in the oci folder: $(names < folder/index.json)" | tee -a seen
echo "in the oci archive: $(tar xOf one.tar index.json | names)" | tee -a seen
grep -qx 'in the oci folder: app:1 app:2' seen
grep -qx 'in the oci archive: app:2' seen
grep -q "^copy app:2 to docker-archive:two.tar: exit 1, doesn't support modifying existing images" seen
