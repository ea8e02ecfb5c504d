#!/usr/bin/env bash
# Measures the published executable against what people would use instead, and writes RESULTS.md.
#
#   tests/Bench/run.sh            all rounds, about five minutes
#   tests/Bench/run.sh --quick    a few rounds, to see that it works; RESULTS.md stays as it is
#
# All commands take turns, round by round, so that whatever else the machine does meets them alike. Ratios are of medians.
# Servers run on loopback only: nginx for requests (http, and https with TLS 1.3, EC P-256, leaf and intermediate),
# tests/LocalService for refreshes, since it rotates refresh tokens. DATAGEN=FILE measures another build.
set -euo pipefail
cd "$(dirname "$0")"
unset CDPATH
export LC_ALL=C DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

rounds=200
quick=
case "${1:-}" in
    '') ;;
    --quick) quick=1; rounds=10 ;;
    *) echo "usage: tests/Bench/run.sh [--quick]" >&2; exit 2 ;;
esac
say() { echo "run.sh: $*" >&2; }

# What is compared, and what it takes.
missing=()
for pair in curl:curl jq:jq gh:gh nginx:nginx-light openssl:openssl gzip:gzip xz:xz-utils; do
    PATH=$PATH:/usr/sbin command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
done
if ! command -v clang >/dev/null && ! command -v gcc >/dev/null; then missing+=(gcc); fi
[ -e /etc/ssl/certs/ca-certificates.crt ] || missing+=(ca-certificates)
if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then say "needs: ${missing[*]}"; exit 1; fi
    say "installing ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
compiler=$(command -v clang || command -v gcc)

work=$(mktemp -d)
servers=()
finish() {
    for server in "${servers[@]}"; do kill "$server" 2>/dev/null || true; done
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
quietly() { "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }; }

say "building what is compared"
mkdir -p bin
quietly "$compiler" -O2 -static -o bin/static hello/hello.c
quietly "$compiler" -O2 -static -Wall -Wextra -o bin/measure measure.c
datagen=${DATAGEN:-../../dist/datagen}
[ -x "$datagen" ] || quietly ../../publish.sh
datagen=$(realpath "$datagen")
framework=
for candidate in net10.0 net9.0; do
    if dotnet restore hello -r linux-x64 -p:AotFramework=$candidate --artifacts-path bin/artifacts >"$work/log" 2>&1; then
        framework=$candidate
        break
    fi
done
[ -n "$framework" ] || { cat "$work/log" >&2; exit 1; }
quietly dotnet publish hello -c Release -f "$framework" -r linux-x64 -p:AotFramework="$framework" --artifacts-path bin/artifacts -o bin/hello
quietly dotnet publish ../LocalService -c Release --artifacts-path bin/artifacts -o bin/LocalService
# All three freshly copied, as an installation would: how a file came to be decides in what pieces the kernel keeps it, which is worth 20 %.
cp "$datagen" "$work/datagen"
cp bin/hello/hello "$work/hello"
cp bin/static "$work/static"
datagen=$work/datagen
hello=$work/hello
static=$work/static

# A chain of its own below a root that is the last of the system's bundle.
certify() { # NAME ISSUER EXTENSIONS
    quietly openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/$1.key" -out "$work/$1.csr" -subj "/CN=bench $1"
    quietly openssl x509 -req -in "$work/$1.csr" -CA "$work/$2.pem" -CAkey "$work/$2.key" -CAcreateserial -days 2 -out "$work/$1.pem" -extfile <(printf '%s\n' "$3")
}
quietly openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/root.key" -out "$work/root.pem" -subj "/CN=bench root" -days 2
certify intermediate root $'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign'
certify leaf intermediate $'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth'
cat "$work/leaf.pem" "$work/intermediate.pem" >"$work/chain.pem"
cat /etc/ssl/certs/ca-certificates.crt "$work/root.pem" >"$work/bundle.pem"
roots=$(grep -c 'BEGIN CERT' "$work/bundle.pem")

free_port() {
    local port
    while port=$((RANDOM % 20000 + 20000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
    echo "$port"
}
http=$(free_port)
https=$(free_port)
sizes=(10 1000 10000 100000)
mkdir "$work/www"
echo '{"sub":"1","email":"you@yourcompany.com","email_verified":true,"memberships":[{"slug":"yourcompany","role":"admin"},{"slug":"test-org","role":"member"}],"default_org_slug":"yourcompany"}' >"$work/www/userinfo"
for size in "${sizes[@]}"; do
    awk -v n="$size" 'BEGIN {
        printf "{\"sub\":\"1\",\"email\":\"you@yourcompany.com\",\"default_org_slug\":\"org-000001\",\"memberships\":["
        for (i = 1; i <= n; i++) printf "%s{\"slug\":\"org-%06d\",\"role\":\"%s\"}", (i > 1 ? "," : ""), i, (i % 10 ? "member" : "admin")
        print "]}" }' >"$work/www/userinfo-$size"
done
cat >"$work/nginx.conf" <<END
daemon off; master_process off; pid $work/nginx.pid; error_log $work/nginx.log;
events { }
http {
    access_log off; sendfile on; tcp_nodelay on; default_type application/json;
    client_body_temp_path $work/nginx; proxy_temp_path $work/nginx; fastcgi_temp_path $work/nginx; uwsgi_temp_path $work/nginx; scgi_temp_path $work/nginx;
    server {
        listen 127.0.0.1:$http; listen 127.0.0.1:$https ssl; root $work/www;
        ssl_certificate $work/chain.pem; ssl_certificate_key $work/leaf.key; ssl_protocols TLSv1.3;
    }
}
END
PATH=$PATH:/usr/sbin nginx -e "$work/nginx.log" -c "$work/nginx.conf" &
servers+=($!)
dotnet bin/LocalService/LocalService.dll --port 0 --state "$work/state" >"$work/service" 2>&1 &
servers+=($!)
issuer=
for _ in $(seq 100); do
    issuer=$(sed -n 's/^Identity service: //p' "$work/service")
    [ -n "$issuer" ] && curl -s -o "$work/log" "http://127.0.0.1:$http/userinfo" && break
    sleep 0.1
done
[ -n "$issuer" ] || { cat "$work/service" "$work/nginx.log" >&2; exit 1; }

# A credential as contract section 6 has it, with a token of the usual length.
token=$(head -c 690 /dev/zero | tr '\0' x | sed 's/^/eyJhbGciOiJSUzI1NiJ9./')
credential() { # FOLDER ADDRESS [ORGANIZATION]
    mkdir -m 700 "$work/$1"
    (umask 077; cat >"$work/$1/credentials.json") <<END
{
  "access_token": "$token",
  "token_type": "Bearer",
  "email": "you@yourcompany.com",
  "active_org_slug": "${3:-yourcompany}",
  "stored_at": "$(date -u +%Y-%m-%dT%H:%M:%SZ)",
  "expires_at": "$(date -u -d tomorrow +%Y-%m-%dT%H:%M:%SZ)",
  "issuer": "${2%/*}",
  "client_id": "datagen-cli",
  "endpoints": {
    "token_endpoint": "${2%/*}/token",
    "userinfo_endpoint": "$2"
  }
}
END
}
credential http "http://127.0.0.1:$http/userinfo"
credential https "https://127.0.0.1:$https/userinfo"
for size in "${sizes[@]}"; do credential "org-$size" "http://127.0.0.1:$http/userinfo-$size" org-000001; done

# One that can be refreshed: signed in for real.
clean=(env -i "HOME=$work" "PATH=$PATH:/usr/sbin")
"${clean[@]}" "DATAGEN_ISSUER=$issuer" "DATAGEN_CONFIG_DIR=$work/rotating" "$datagen" auth login --no-browser >"$work/log" 2>"$work/prompts" &
login=$!
for _ in $(seq 100); do grep -q '^User code: ' "$work/prompts" && break; sleep 0.1; done
../LocalService/approve.sh "$issuer" you@yourcompany.com "$issuer/device?user_code=$(sed -n 's/^User code: //p' "$work/prompts")" >"$work/log"
wait "$login"

cat >"$work/at-once.sh" <<'END'
# FILE MOMENT COMMAND…: says that the token expires at that moment, and runs the command 200 times at once.
sed -i "s/\"expires_at\": *\"[^\"]*\"/\"expires_at\": \"$2\"/" "$1"
shift 2
i=0
while [ $i -lt 200 ]; do "$@" & i=$((i + 1)); done
wait
END
cat >"$work/loop.sh" <<'END'
i=0
while [ $i -lt 1000 ]; do "$@"; i=$((i + 1)); done
END
cat >"$work/text.jq" <<'END'
.default_org_slug as $active | "active_org_slug: \($active)", "memberships:",
(.memberships[] | "  - \(.slug) (\(.role)\(if .slug == $active then ", active" else "" end))")
END
cat >"$work/json.jq" <<'END'
.default_org_slug as $active | {active_org_slug: $active, memberships: [.memberships[] | {slug, role, active: (.slug == $active)}]}
END

# The commands: name, in every how manieth round, words.
curl=$(command -v curl)" -s -H Accept:application/json -H X-Datagen-Org:yourcompany --oauth2-bearer $token"
jq=$(command -v jq)
expired="/bin/sh $work/at-once.sh $work/rotating/credentials.json 2020-01-01T00:00:00Z $datagen auth token"
fresh="/bin/sh $work/at-once.sh $work/rotating/credentials.json $(date -u -d tomorrow +%Y-%m-%dT%H:%M:%SZ) $datagen auth token"
{
    printf '%s\t%s\t%s\n' \
        'static C program' 1 "$static" \
        'default Native AOT hello world' 1 "$hello" \
        'datagen --version' 1 "$datagen --version" \
        'datagen auth token' 1 "DATAGEN_CONFIG_DIR=$work/http $datagen auth token" \
        'gh --version' 1 "$(command -v gh) --version" \
        'datagen auth status, http' 1 "DATAGEN_CONFIG_DIR=$work/http $datagen auth status" \
        'curl, http' 1 "$curl http://127.0.0.1:$http/userinfo" \
        'datagen auth status, https' 1 "DATAGEN_CONFIG_DIR=$work/https SSL_CERT_FILE=$work/bundle.pem $datagen auth status" \
        'curl, https' 1 "$curl --cacert $work/bundle.pem https://127.0.0.1:$https/userinfo"
    for size in "${sizes[@]}"; do
        every=1
        [ "$size" -lt 10000 ] || every=$((size / 2000))
        [ "$size" -lt 100000 ] || every=25
        for format in text json; do
            raw=-r
            [ $format = text ] || raw=-c
            printf '%s\t%s\t%s\n' \
                "datagen auth org --list, $size, $format" $every "DATAGEN_CONFIG_DIR=$work/org-$size $datagen auth org --list --format $format" \
                "curl | jq, $size, $format" $every "$curl http://127.0.0.1:$http/userinfo-$size | $jq $raw -f $work/$format.jq"
        done
    done
    printf '%s\t%s\t%s\n' \
        '200 at once, fresh' 20 "DATAGEN_CONFIG_DIR=$work/rotating $fresh" \
        '200 at once, expired' 20 "DATAGEN_CONFIG_DIR=$work/rotating $expired" \
        '1,000 datagen auth token' 40 "DATAGEN_CONFIG_DIR=$work/http /bin/sh $work/loop.sh $datagen auth token" \
        '1,000 /bin/true' 40 "/bin/sh $work/loop.sh /bin/true"
} >"$work/commands"

say "checking that what is compared does the same"
same() { cmp -s "$1" "$2" || { say "$3 differ"; diff "$1" "$2" | head -n 4 >&2; exit 1; }; }
"$hello" >"$work/a"; "$static" >"$work/b"; same "$work/a" "$work/b" "the two that print a line"
for size in "${sizes[@]}"; do
    for format in text json; do
        raw=-r
        [ $format = text ] || raw=-c
        "${clean[@]}" "DATAGEN_CONFIG_DIR=$work/org-$size" "$datagen" auth org --list --format $format >"$work/a"
        "${clean[@]}" $curl "http://127.0.0.1:$http/userinfo-$size" | jq $raw -f "$work/$format.jq" >"$work/b"
        same "$work/a" "$work/b" "datagen and jq about $size organizations"
    done
done
for scheme in http https; do
    "${clean[@]}" "DATAGEN_CONFIG_DIR=$work/$scheme" "SSL_CERT_FILE=$work/bundle.pem" "$datagen" auth status >"$work/a"
    printf 'email: you@yourcompany.com\nactive_org_slug: yourcompany\nrole: admin\n' >"$work/b"
    same "$work/a" "$work/b" "auth status over $scheme"
done
"${clean[@]}" "DATAGEN_CONFIG_DIR=$work/rotating" $expired >"$work/a"
[ "$(sort "$work/a" | uniq -c | awk '{ print $1 }')" = 200 ] || { say "200 processes did not print one and the same token"; exit 1; }

say "$rounds rounds of $(wc -l <"$work/commands") commands"
"${clean[@]}" bin/measure "$rounds" "$work/times" <"$work/commands"

bytes=$(wc -c <"$datagen")
gzipped=$(gzip -9 -c "$datagen" | wc -c)
xzipped=$(xz -9 -c "$datagen" | wc -c)
body=$(wc -c <"$work/www/userinfo-100000")
linked=dynamic
case "$(ldd "$datagen" 2>&1 || true)" in *'not a dynamic'* | *'statically linked'*) linked=static ;; esac
{
    echo "# Results"
    echo
    echo "Written by \`tests/Bench/run.sh\` on $(date -u +%Y-%m-%d): one interleaved run of $rounds rounds; ratios are of medians."
    echo
    echo "- machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores, Linux $(uname -r); load $(cut -d ' ' -f 1 /proc/loadavg)"
    echo "- $("$datagen" --version) ($linked, $framework), .NET SDK $(dotnet --version), $("$compiler" --version | head -n 1 | sed 's/ (.*//')"
    echo "- $(curl --version | head -n 1 | cut -d ' ' -f 1,2,4), $(jq --version), $(gh --version | head -n 1 | cut -d ' ' -f 1-3), $(PATH=$PATH:/usr/sbin nginx -v 2>&1 | sed 's/.*: //'), $(openssl version | cut -d ' ' -f 1,2); $roots roots in the bundle"
    echo
    sort -t "$(printf '\t')" -k 1,1 -k 2,2n "$work/times" | awk -F '\t' \
        -v bytes="$bytes" -v gzipped="$gzipped" -v xzipped="$xzipped" -v body="$body" -v order="$(cut -f 1 "$work/commands" | paste -s -d '\t')" '
        { time[$1, ++count[$1]] = $2; if (!($1 in most) || $3 * 1.024 > most[$1]) most[$1] = $3 * 1.024 }
        function at(name, i) { return time[name, i] / 1000 }
        function median(name, n) { n = count[name]; return n % 2 ? at(name, (n + 1) / 2) : (at(name, n / 2) + at(name, n / 2 + 1)) / 2 }
        function row(figure, goal, reached, shown) { printf "| %s | %s | %s | %s |\n", figure, goal, shown, reached ? "yes" : "**no**" }
        function ratio(figure, goal, a, b, r) {
            r = median(a) / median(b)
            row(figure, "≤ " goal, r <= goal, sprintf("%.2f (%.2f ÷ %.2f ms; of the fastest: %.2f)", r, median(a), median(b), at(a, 1) / at(b, 1)))
        }
        END {
            print "| figure | goal | measured | reached |\n|---|---|---|---|"
            ratio("`--version` ÷ static C program", "3.0", "datagen --version", "static C program")
            ratio("`auth token` ÷ static C program", "3.0", "datagen auth token", "static C program")
            ratio("`--version` ÷ default Native AOT hello world", "0.8", "datagen --version", "default Native AOT hello world")
            ratio("`auth token` ÷ default Native AOT hello world", "0.8", "datagen auth token", "default Native AOT hello world")
            ratio("`auth status`, http ÷ curl", "0.5", "datagen auth status, http", "curl, http")
            ratio("`auth status`, https, whole trust store ÷ curl", "0.35", "datagen auth status, https", "curl, https")
            a = most["datagen auth status, https"] / 1000; b = most["curl, https"] / 1000
            row("peak memory, https ÷ curl", "≤ 0.9", a <= 0.9 * b, sprintf("%.2f (%.1f ÷ %.1f MB)", a / b, a, b))
            row("size", "≤ 12 MB", bytes <= 12e6, sprintf("%.2f MB", bytes / 1e6))
            row("compressed, gzip -9", "≤ 5.5 MB", gzipped <= 5.5e6, sprintf("%.2f MB (xz -9: %.2f MB)", gzipped / 1e6, xzipped / 1e6))
            r = median("gh --version") / median("datagen --version")
            row("`gh --version` ÷ `--version`", "≥ 15", r >= 15, sprintf("%.1f (%.1f ÷ %.2f ms)", r, median("gh --version"), median("datagen --version")))
            split("10 1000 10000 100000", sizes, " "); split("text json", formats, " ")
            for (f = 1; f <= 2; f++) for (s = 1; s <= 4; s++)
                ratio("`auth org --list`, " sizes[s] ", " formats[f] " ÷ curl \\| jq", "0.6", "datagen auth org --list, " sizes[s] ", " formats[f], "curl | jq, " sizes[s] ", " formats[f])
            for (f = 1; f <= 2; f++) {
                name = "datagen auth org --list, "; end = ", " formats[f]; none = median(name sizes[1] end)
                r = (median(name sizes[4] end) - none) / (median(name sizes[3] end) - none)
                row("growth in time, " formats[f] ": 10 times the memberships", "≤ 11 times", r <= 11, sprintf("%.1f times", r))
                r = most[name sizes[4] end] / 1000 - body / 1e6; a = most[name sizes[1] end] / 1000
                row("memory above the body, " formats[f] ": 100,000 ÷ 10 memberships", "≤ 1.1", r / a <= 1.1, sprintf("%.2f (%.1f ÷ %.1f MB; the body is %.1f MB)", r / a, r, a, body / 1e6))
            }
            ratio("200 processes at once, expired ÷ fresh token", "1.5", "200 at once, expired", "200 at once, fresh")
            ratio("1,000 `auth token` ÷ 1,000 `/bin/true`, one after the other", "3.5", "1,000 datagen auth token", "1,000 /bin/true")
            print "\n| command | runs | median ms | fastest ms | peak MB |\n|---|---|---|---|---|"
            n = split(order, names, "\t")
            for (i = 1; i <= n; i++) {
                name = names[i]; shown = name; gsub(/\|/, "\\|", shown)
                printf "| %s | %d | %.2f | %.2f | %.1f |\n", shown, count[name], median(name), at(name, 1), most[name] / 1000
            }
        }'
    echo
    echo "Peak memory is the kernel's maximum resident set of the largest process, in millions of bytes; below 1 MB it is the measuring program's own."
} >"$work/results"
[ -n "$quick" ] || cp "$work/results" RESULTS.md
cat "$work/results"
