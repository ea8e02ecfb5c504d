#!/usr/bin/env bash
# python-requests replaces the Authorization header that the caller set by the user name and password of ~/.netrc.
#
# One would guess: a header given explicitly wins over a file in the background, as it does in curl -n.
# What happens: without `auth=`, requests looks the host up in netrc, even `default`, and writes Basic over the caller's Bearer. An auth object
#   that sets the same header is left alone.
# version and source: python3-requests 2.28.1 (Debian 12), curl 7.88.1 beside it; seen by running this on loopback.
# Why it matters to a sign-in tool: `headers={"Authorization": "Bearer " + token}` with the token from a sign-in tool is a 401 on one person's
#   machine only, and the token gets the blame. Documentation for scripts should show an auth object, or trust_env = False.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export HOME=$work
get() { (mkdir -p debs && cd debs && apt-get download -qq -o APT::Sandbox::User=root "$@"); }
get python3-requests=2.28.1+dfsg-1 python3-urllib3=1.26.12-1+deb12u4 python3-chardet=5.1.0+dfsg-2 python3-idna=3.3-1+deb12u1 python3-certifi=2022.9.24-1 python3-charset-normalizer=3.0.1-2 2> /dev/null || { apt-get update -qq && get python3-requests=2.28.1+dfsg-1 python3-urllib3=1.26.12-1+deb12u4 python3-chardet=5.1.0+dfsg-2 python3-idna=3.3-1+deb12u1 python3-certifi=2022.9.24-1 python3-charset-normalizer=3.0.1-2; }
for package in debs/*.deb; do dpkg-deb -x "$package" unpacked; done
printf 'machine 127.0.0.1 login me password mine\n' > .netrc
chmod 600 .netrc
cat > probe.py <<'PY'
import threading, subprocess
from http.server import BaseHTTPRequestHandler, HTTPServer
import requests

class Echo(BaseHTTPRequestHandler):
    def do_GET(self):
        body = (self.headers.get("Authorization") or "none").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass

server = HTTPServer(("127.0.0.1", 0), Echo)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/"

class Bearer(requests.auth.AuthBase):
    def __call__(self, request):
        request.headers["Authorization"] = "Bearer token"
        return request

print("requests", requests.__version__)
print("header:", requests.get(url, headers={"Authorization": "Bearer token"}).text)
print("auth object:", requests.get(url, auth=Bearer()).text)
session = requests.Session()
session.trust_env = False
print("header, trust_env off:", session.get(url, headers={"Authorization": "Bearer token"}).text)
print("curl -n with the header:", subprocess.run(["curl", "-sn", "--noproxy", "*", "-H", "Authorization: Bearer token", url], capture_output=True, text=True).stdout)
PY
env -u http_proxy -u HTTP_PROXY PYTHONPATH=unpacked/usr/lib/python3/dist-packages python3 -W ignore probe.py | tee seen
grep -qx 'header: Basic bWU6bWluZQ==' seen
grep -qx 'auth object: Bearer token' seen
grep -qx 'header, trust_env off: Bearer token' seen
grep -qx 'curl -n with the header: Bearer token' seen
