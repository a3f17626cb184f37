"""A token service as RFC 7662 describes one: a POST with a token, an answer whether it is active."""
import json
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs

from .serving import Requests


class Introspection(Requests):
    """`tokens` maps a token to the user that it speaks for."""

    def __init__(self, tokens, address="127.0.0.1", port=9100):
        service = self
        self.tokens, self.asked = dict(tokens), []

        class Answer(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                token = parse_qs(body).get("token", [""])[0]
                service.asked.append(token)
                user = service.tokens.get(token)
                told = {"active": user is not None, "scope": "mail", "email": user, "sub": user}
                text = json.dumps(told if user else {"active": False}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

        super().__init__(Answer, address, port)
