#!/usr/bin/env bash
# A loopback address can be out of a browser's reach: fetch refuses some ports without trying them.
#
# One would guess: a redirect to http://127.0.0.1:PORT/callback works for every port that the tool could listen on.
# What happens: the Fetch standard has a list of "bad ports" (6000, 6667, 5061, 10080, …), which browsers apply to navigation too. Node's
#   fetch, made to that standard, says "bad port" although the server is there and curl reaches it.
# version and source: node 20 (undici's fetch), curl beside it; seen by running this on loopback with the first free port of the list.
# Why it matters to a sign-in tool: a port that is registered with a provider, and so given by an option, may be one of them. The person
#   sees ERR_UNSAFE_PORT after signing in and the tool waits in vain. Refuse such a port when the option is read.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > probe.mjs <<'JS'
import { createServer } from 'node:http';
import { execFile } from 'node:child_process';

const listen = port => new Promise(ready => {
    const server = createServer((_, response) => response.end('here'));
    server.once('error', () => ready(null));
    server.listen(port, '127.0.0.1', () => ready(server));
});
console.log(`node ${process.version}, undici ${process.versions.undici}`);
for (const ports of [[10080, 6000, 6566, 6697, 5061], [10081, 6001, 6567, 5099]]) {
    for (const port of ports) {
        const server = await listen(port);
        if (!server) continue;
        const fetched = await fetch(`http://127.0.0.1:${port}/`).then(answer => answer.text(), error => error.cause?.message ?? error.message);
        const curled = await new Promise(done => execFile('curl', ['-s', '--noproxy', '*', `http://127.0.0.1:${port}/`], (_, out) => done(out)));
        console.log(`${ports[0] === 10080 ? 'on the list' : 'not on it'} (${port}): fetch ${fetched}, curl ${curled}`);
        server.close();
        server.closeAllConnections();
        break;
    }
}
JS
node probe.mjs | tee seen
grep -q '^on the list (.*): fetch bad port, curl here$' seen
grep -q '^not on it (.*): fetch here, curl here$' seen
