#!/bin/sh
# Does what a person does in the browser: opens the address that `auth login` printed, signs in, and approves.
# Works for device addresses and for authorize addresses; the redirect back to the application is followed.
#
#   approve.sh ISSUER EMAIL URL [approve|deny]
set -eu

if [ $# -lt 3 ] || [ $# -gt 4 ]; then
  echo "usage: approve.sh ISSUER EMAIL URL [approve|deny]" >&2
  exit 2
fi
issuer=${1%/}
email=$2
url=$3
decision=${4:-approve}
password=local-demo-password

case $url in
  "$issuer"/*) ;;
  *) echo "approve.sh: $url is not an address of $issuer" >&2; exit 2 ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# $work/page becomes the page, $work/address where it was found in the end.
browse() {
  curl --silent --show-error --noproxy '*' --location --max-redirs 10 --max-time 30 \
    --header 'Accept: text/html' --cookie "$work/cookies" --cookie-jar "$work/cookies" \
    --output "$work/page" --write-out '%{url_effective}' "$@" > "$work/address"
  sed -n '/<main>/,$p' "$work/page" > "$work/main"
}

has_field() {
  grep -q "name=\"$1\"" "$work/main"
}

value_of() {
  sed -n "s/.*name=\"$1\".* value=\"\([^\"]*\)\".*/\1/p" "$work/main" | head -n 1
}

# Posts the page's form with its hidden fields and what is given as name=value.
submit() {
  action=$(sed -n 's/.*<form[^>]* action="\([^"]*\)".*/\1/p' "$work/main" | head -n 1 | sed 's/&amp;/\&/g')
  set -- --data-urlencode "__RequestVerificationToken=$(value_of __RequestVerificationToken)" "$@"
  origin=$(printf %s "$issuer" | sed 's|^\([a-z]*://[^/]*\).*|\1|')
  browse "$@" "$origin$action"
}

browse "$url"
if has_field password; then
  submit --data-urlencode "email=$email" --data-urlencode "password=$password"
fi
if has_field user_code && ! has_field decision; then
  submit --data-urlencode "user_code=$(value_of user_code)"
fi
if has_field decision; then
  if has_field user_code; then
    submit --data-urlencode "user_code=$(value_of user_code)" --data-urlencode "decision=$decision"
  else
    submit --data-urlencode "decision=$decision"
  fi
fi

# Away from the service, or on its last page: done. Otherwise the page says what is wrong.
case $(cat "$work/address") in
  "$issuer"/done*) ;;
  "$issuer"/*)
    echo "approve.sh: $(sed -n 's/.*id="problem"[^>]*>\([^<]*\)<.*/\1/p' "$work/main" | head -n 1 | sed "s/&#x27;/'/g")" >&2
    exit 1
    ;;
esac
