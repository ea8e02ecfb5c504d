#!/bin/sh
# The long form: long.sh [SEED] [MILLIONS [TARGET…]]. Without a seed, one of the clock's; a million inputs for each target.
# A failure prints the seed and the shortest input that shows it, and the exit code is 1.
set -eu
cd "$(dirname "$0")"
seed=${1:-$(date +%s)}
millions=${2:-1}
[ $# -le 2 ] || { shift 2; FUZZ_TARGETS=$(IFS=,; echo "$*"); export FUZZ_TARGETS; }

dotnet build Fuzz.csproj -c Release -v quiet -nologo
FUZZ_SEED=$seed FUZZ_MILLIONS=$millions bin/Release/net10.0/Fuzz -noColor -noLogo -explicit only
