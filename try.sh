#!/bin/sh
# Shows both products signing in, from nothing: publishes, starts the local identity service, signs in, looks around, signs out.
#
#   ./try.sh          you approve in your browser
#   ./try.sh --yes    the script approves over the service's web pages (also without a terminal)
#
# Everything it makes is in a temporary folder that it removes; your own credentials are not touched.
set -eu
cd "$(dirname "$0")"

by_itself=
case "${1:-}" in
    --yes) by_itself=1 ;;
    '') [ -t 0 ] && [ -t 2 ] || by_itself=1 ;;
    *) echo "usage: ./try.sh [--yes]" >&2; exit 2 ;;
esac

work=$(mktemp -d)
service=
finish() {
    [ -z "$service" ] || kill "$service" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# patiently COMMAND…: a dot every two seconds, while a terminal would show nothing else.
patiently() {
    if ! [ -t 2 ]; then
        "$@"
        return
    fi
    "$@" &
    working=$!
    while kill -0 "$working" 2>/dev/null; do printf . >&2; sleep 2; done
    printf '\r\033[K' >&2
    wait "$working"
}

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then patiently packaging/tools.sh build || echo "try.sh: going on without"; fi
patiently ./publish.sh
echo "try.sh: building the local identity service"
patiently dotnet build tests/LocalService -c Release -v quiet -nologo >"$work/build" || { cat "$work/build" >&2; exit 1; }
: >"$work/service"
dotnet tests/LocalService/bin/Release/net10.0/LocalService.dll --port 0 --state "$work/state" >"$work/service" 2>&1 &
service=$!
issuer=
for _ in $(seq 100); do
    issuer=$(sed -n 's/^Identity service: //p' "$work/service")
    [ -z "$issuer" ] || break
    kill -0 "$service" 2>/dev/null || break
    sleep 0.2
done
[ -n "$issuer" ] || { cat "$work/service" >&2; echo "try.sh: the local identity service did not start" >&2; exit 1; }

export DATAGEN_ISSUER="$issuer" DATAGEN_CONFIG_DIR="$work/datagen"
export GENLABZ_ISSUER="$issuer" GENLABZ_CONFIG_DIR="$work/genlabz"
unset DATAGEN_TOKEN DATAGEN_ORG GENLABZ_TOKEN
PATH="$PWD/dist:$PATH"

exec 3>&1 # so that a command is shown as it is, whatever its output goes through
run() {
    printf '\n$ %s\n' "$*" >&3
    "$@"
}

# sign_in PRODUCT EMAIL: the person approves, or this script does what a person would.
sign_in() {
    if [ -z "$by_itself" ]; then
        printf '\nSign in as %s, password local-demo-password\n' "$2"
        run "$1" auth login
        return
    fi
    printf '\n$ %s auth login\n' "$1"
    : >"$work/prompts"
    "$1" auth login 2>"$work/prompts" &
    login=$!
    address=
    for _ in $(seq 100); do
        address=$(sed -n -e 's/^Open: //p' -e "s|^User code: |$issuer/device?user_code=|p" "$work/prompts")
        [ -z "$address" ] || break
        kill -0 "$login" 2>/dev/null || break
        sleep 0.1
    done
    cat "$work/prompts"
    [ -n "$address" ] && tests/LocalService/approve.sh "$issuer" "$2" "$address" >/dev/null
    wait "$login"
}

sign_in datagen you@yourcompany.com
run datagen auth status
run datagen auth org --list
run datagen auth org --use test-org
run datagen auth token --format json | sed 's/\("access_token":"[^"]\{6\}\)[^"]*/\1…/'
run datagen auth logout
run datagen auth status || echo "(exit code $?)"

sign_in genlabz you@example.com
run genlabz auth status
run genlabz auth token --min-validity 20m | cut -c 1-6 | sed 's/$/…/'
run genlabz auth logout
run genlabz auth status || echo "(exit code $?)"

printf '\ntry.sh: done; nothing is left behind.\n'
