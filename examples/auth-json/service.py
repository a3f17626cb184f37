#!/usr/bin/env python3
"""An auth service for Postern's style JSON: docs/auth-json.md says what is asked and answered."""
import hmac
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PASSWORDS = {"anna@example.test": "secret", "bert@example.test": "secret"}
HOMES = {"anna@example.test": "127.0.0.11", "bert@example.test": "127.0.0.12"}


def decide(asked):
    user = asked["user"]
    if user not in PASSWORDS:
        return {"result": "refuse", "reason": "unknown_user"}
    if not hmac.compare_digest(asked.get("password", "").encode(), PASSWORDS[user].encode()):
        return {"result": "refuse", "reason": "credentials"}
    return {"result": "accept", "backend": {"address": HOMES[user], "port": 993}}


class Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = json.dumps({"version": 1, **decide(asked)}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Service).serve_forever()
