#!/usr/bin/env python3
"""An auth service: the headers that nginx's documentation of ngx_mail_auth_http_module names, no more."""
import hmac
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

NOBODY = ("", "", "")
PEOPLE = {"anna": ("secret", "t0ken", "127.0.0.11"), "bert": ("secret", "t1ken", "127.0.0.12")}


class Service(BaseHTTPRequestHandler):
    def do_GET(self):
        method, user = self.headers["Auth-Method"], unquote(self.headers["Auth-User"])
        shown, (password, token, home) = unquote(self.headers["Auth-Pass"]), PEOPLE.get(user, NOBODY)
        if method == "cram-md5":
            wanted = hmac.new(password.encode(), self.headers["Auth-Salt"].encode(), "md5").hexdigest()
        elif method == "external":
            subject = self.headers["Auth-SSL-Subject"].split(",")[0]
            shown, wanted = self.headers["Auth-SSL-Verify"] + " " + subject, "SUCCESS CN=" + user
        else:
            wanted = password if method == "plain" else token
        accepted = home and hmac.compare_digest(shown.encode(), wanted.encode())
        self.send_response(200)
        self.send_header("Auth-Status", "OK" if accepted else "Invalid login or password")
        if accepted:
            self.send_header("Auth-Server", home)
            self.send_header("Auth-Port", "993")
            self.send_header("Auth-Pass", password)
        self.end_headers()


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Service).serve_forever()
