"""An auth service as nginx's documentation of ngx_mail_auth_http_module describes one, and nothing
else in mind: it reads the headers that are named there and answers with those that are named there."""
import hashlib
import hmac
from http.server import BaseHTTPRequestHandler
from urllib.parse import unquote

from .serving import Requests

PASSWORD = "secret"


class AuthService(Requests):
    """`where` maps a user to an address and a port; `answers`, by user, are headers to say instead."""

    def __init__(self, where, address="127.0.0.1", port=9000):
        service = self
        self.where, self.answers, self.status = where, {}, 200
        self.asked = []

        class Answer(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                service.asked.append((self.requestline, self.headers.items()))
                self.send_response(service.status)
                for name, value in service.decide(self.headers).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

        super().__init__(Answer, address, port)

    def decide(self, asked):
        user = unquote(asked["Auth-User"])
        if user in self.answers:
            return self.answers[user]
        shown, wanted = unquote(asked["Auth-Pass"]), PASSWORD
        if asked["Auth-Method"] == "cram-md5":
            wanted = hmac.new(PASSWORD.encode(), asked["Auth-Salt"].encode(), hashlib.md5).hexdigest()
        if shown != wanted:
            return {"Auth-Status": "Invalid login or password", "Auth-Wait": "1"}
        address, port = self.where(user)
        return {"Auth-Status": "OK", "Auth-Server": address, "Auth-Port": str(port),
                "Auth-Pass": PASSWORD}
