"""An auth service as nginx's documentation of ngx_mail_auth_http_module describes one, and nothing
else in mind: it reads the headers that are named there and answers with those that are named there."""
import hashlib
import hmac
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

PASSWORD = "secret"


class AuthService:
    """`where` maps a user to an address and a port; `answers`, by user, are headers to say instead."""

    def __init__(self, where, address="127.0.0.1", port=9000):
        service = self
        self.where, self.answers, self.status = where, {}, 200
        self.asked, self.open = [], []

        class Answer(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                super().setup()
                service.open.append(self.connection)

            def do_GET(self):
                service.asked.append((self.requestline, self.headers.items()))
                self.send_response(service.status)
                for name, value in service.decide(self.headers).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer((address, port), Answer)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

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

    def stop(self):
        """All of it, connections that are kept open too."""
        self.server.shutdown()
        self.server.server_close()
        for connection in self.open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # closed before
