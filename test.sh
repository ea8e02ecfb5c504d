#!/bin/sh
# Runs every test: publishes the executable first, since most tests run that very file.
# --no-publish takes the one that is there.
# Ends with a line "N passed, N failed"; exit code 0 if none failed.
set -eu
cd "$(dirname "$0")"

# What the tests set for themselves must not come from outside.
for name in $(env | sed -n 's/^\(\(DATAGEN\|GENLABZ\)_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done

[ "${1:-}" = --no-publish ] || ./publish.sh --sample --release

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
dotnet test --solution tests/tests.slnx 2>&1 | tee "$log" || true
count() { sed -n "s/^ *$1: \([0-9]*\).*/\1/p" "$log" | tail -n 1; }
passed=$(count succeeded)
failed=$(count failed)
skipped=$(count skipped)

if [ -z "$passed" ]; then
    echo "test.sh: the tests did not run" >&2
    exit 1
fi
[ "$failed" = 0 ] || status=1
echo "$passed passed, $failed failed, ${skipped:-0} skipped"
exit $status
