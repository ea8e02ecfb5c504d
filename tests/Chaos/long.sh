#!/bin/sh
# The long form of the chaos tests: long.sh [SEED] [MINUTES]
# What repeats goes on for MINUTES (10 by default) in all, and each system call is taken in its turn. Ends with the figures.
# Wants what ./publish.sh --sample has made.
set -eu
cd "$(dirname "$0")/../.."
seed=${1:-$(date +%s)}
minutes=${2:-10}

report=$(mktemp)
trap 'rm -f "$report"' EXIT
dotnet build tests/Chaos -v quiet -nologo
echo "long.sh: seed $seed, $minutes minutes"
status=0
# Four tests repeat, two at a time.
CHAOS_SEED=$seed CHAOS_SECONDS=$((minutes * 60 / 2)) CHAOS_REPORT=$report \
    tests/Chaos/bin/Debug/net10.0/Chaos -noColor || status=$?
cat "$report"
exit $status
