#!/bin/sh
# Records docs/session.svg, the README's picture: a real session against the local identity service, drawn by termtosvg.
# Needs ./publish.sh and `dotnet build tests/LocalService -c Release` before, and termtosvg.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
service=
trap '[ -z "$service" ] || kill "$service" 2>/dev/null; rm -rf "$work"' EXIT
dotnet tests/LocalService/bin/Release/net10.0/LocalService.dll --port 0 --state "$work/state" >"$work/service" 2>&1 &
service=$!
until grep -q '^Identity service: ' "$work/service"; do sleep 0.2; done
issuer=$(sed -n 's/^Identity service: //p' "$work/service")
export DATAGEN_ISSUER="$issuer" DATAGEN_CONFIG_DIR="$work/datagen" PATH="$PWD/dist:$PATH"

cat >"$work/typist" <<'END'
type_and_run() {
    printf '$ '
    printf '%s' "$1" | while IFS= read -r -n 1 letter; do printf '%s' "$letter"; sleep 0.04; done
    printf '\n'
    eval "$1"
    echo
    sleep 1.2
}
# The person at the browser.
(
    until code=$(grep -aom 1 'User code: [A-Z0-9-]*' "$WORK/seen"); do sleep 0.2; done
    sleep 2
    tests/LocalService/approve.sh "$DATAGEN_ISSUER" you@yourcompany.com "$DATAGEN_ISSUER/device?user_code=${code#User code: }" >"$WORK/approved"
) 2>"$WORK/approve-errors" &
: >"$WORK/seen"
type_and_run 'datagen auth login 2> >(tee -a "$WORK/seen" >&2)' | sed -u 's/ 2> >(tee.*$//'
type_and_run 'datagen auth org --list'
type_and_run 'datagen auth org --use test-org'
type_and_run 'datagen auth token | cut -c 1-40'
type_and_run 'datagen auth logout'
END
WORK=$work termtosvg docs/session.svg -g 80x26 -t window_frame -D 4000 -c "bash $work/typist" >"$work/log"
