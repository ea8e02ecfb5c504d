#!/bin/sh
# In which order functions stand in the executable: those that start-up and the commands that scripts call run, first, so that few pages
# have to be read. The lists are in packaging/order; the compiler takes managed.txt, the linker native.txt (datagen.csproj).
#
#   packaging/order.sh           writes the lists anew, from what runs
#   packaging/order.sh --check   says how much of what runs they name; exit code 1 below 90 in 100
#
# Needs valgrind, node and openssl; of one machine's build: the names are the same on the others.
set -eu
cd "$(dirname "$0")/.."
check=
case "${1:-}" in
    '') ;;
    --check) check=1 ;;
    *) echo "usage: packaging/order.sh [--check]" >&2; exit 2 ;;
esac
export LC_ALL=C

work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
./publish.sh --symbols
datagen=$PWD/dist/datagen.symbols

# A server that answers every request as UserInfo would, over http and https.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/key.pem" -out "$work/certificate.pem" -days 2 \
    -subj /CN=order -addext subjectAltName=IP:127.0.0.1 2>"$work/log"
cat >"$work/server.js" <<'END'
const fs = require('fs'), answer = '{"sub":"1","email":"you@yourcompany.com","memberships":[{"slug":"yourcompany","role":"admin"},{"slug":"test-org","role":"member"}],"default_org_slug":"yourcompany"}';
const respond = (_, response) => response.writeHead(200, { 'Content-Type': 'application/json' }).end(answer);
const http = require('http').createServer(respond).listen(0, '127.0.0.1', () =>
    require('https').createServer({ key: fs.readFileSync('key.pem'), cert: fs.readFileSync('certificate.pem') }, respond)
        .listen(0, '127.0.0.1', function () { console.log(`http://127.0.0.1:${http.address().port} https://127.0.0.1:${this.address().port}`); }));
END
(cd "$work" && exec node server.js >"$work/addresses") &
server=$!
for _ in $(seq 100); do [ ! -s "$work/addresses" ] || break; sleep 0.1; done
read -r http https <"$work/addresses"

nm "$datagen" | awk '$2 ~ /[tTwW]/ { print $1, $3 }' >"$work/symbols"
number=0
# ran ISSUER WORD…: the functions that a command runs, by their symbols.
ran() {
    number=$((number + 1))
    issuer=$1
    shift
    mkdir -m 700 "$work/$number"
    cat >"$work/$number/credentials.json" <<END
{"access_token":"$(printf '%0700d' 0)","token_type":"Bearer","email":"you@yourcompany.com","active_org_slug":"yourcompany","stored_at":"2026-01-01T00:00:00Z",
"expires_at":"2099-01-01T00:00:00Z","refresh_token":"refresh","issuer":"$issuer","client_id":"datagen-cli","endpoints":{"token_endpoint":"$issuer/token","userinfo_endpoint":"$issuer/userinfo"}}
END
    chmod 600 "$work/$number/credentials.json"
    env -i HOME="$work" PATH=/usr/bin:/bin DATAGEN_CONFIG_DIR="$work/$number" SSL_CERT_FILE="$work/certificate.pem" \
        valgrind --tool=callgrind --compress-strings=no --demangle=no --callgrind-out-file="$work/$number.out" "$datagen" "$@" >"$work/output" 2>"$work/log" \
        || { cat "$work/output" "$work/log" >&2; exit 1; }
    # By all its names, since valgrind gives one of them; and what valgrind's processor has no instructions for.
    sed -n "s/^fn=\([^']*\).*/\1/p" "$work/$number.out" | sed 'p; s/_avx2/_evex/; s/_avx_/_evex_/' | sort -u >"$work/names"
    awk 'NR == FNR { ran[$1]; next } { name[FNR] = $2; place[FNR] = $1; if ($2 in ran) at[$1] } END { for (i in name) if (place[i] in at) print name[i] }' \
        "$work/names" "$work/symbols" | sort -u >"$work/$number.ran"
}
ran "$http" --version
ran "$http" auth token
ran "$http" auth status
ran "$http" auth org --list
ran "$https" auth status

# What the first command runs stands first, then what the second adds, and so on.
: >"$work/all"
for i in $(seq $number); do
    sort "$work/all" >"$work/before"
    comm -23 "$work/$i.ran" "$work/before" >>"$work/all"
done
# The compiler's own symbols; the rest is the linker's to order.
nm obj/Release/net10.0/linux-x64/native/datagen.o | awk '$2 ~ /[tTwW]/ { print $3 }' | sort -u >"$work/compiled"
awk 'NR == FNR { compiled[$1]; next } $1 in compiled' "$work/compiled" "$work/all" >"$work/managed.txt"
awk 'NR == FNR { compiled[$1]; next } !($1 in compiled)' "$work/compiled" "$work/all" >"$work/native.txt"

if [ -n "$check" ]; then
    failed=0
    for list in managed native; do
        all=$(wc -l <"$work/$list.txt")
        named=$(awk 'NR == FNR { named[$1]; next } $1 in named' "packaging/order/$list.txt" "$work/$list.txt" | wc -l)
        echo "order.sh: $list.txt names $named of $all functions that run"
        [ $((named * 10)) -ge $((all * 9)) ] || failed=1
    done
    [ $failed = 0 ] || echo "order.sh: run packaging/order.sh" >&2
    exit $failed
fi
mkdir -p packaging/order
cp "$work/managed.txt" "$work/native.txt" packaging/order/
wc -l packaging/order/*.txt
