"""Asks an API server directly, many times over one connection; documents are sent as they are
written, so that the server reads the YAML itself."""
import http.client
import json
import ssl
import urllib.parse

from lib.serving import hang_up

MAIL = "/apis/postern.dev/v1alpha1"


class Answer:
    def __init__(self, code, text):
        self.code = code
        try:
            self.body = json.loads(text)
        except ValueError:  # /readyz and its kin speak plain text
            self.body = {}
        self.message = self.body.get("message", text.decode(errors="replace"))

    @property
    def accepted(self):
        return self.code < 300

    def __repr__(self):
        return f"{self.code} {self.message}"


class Api:
    def __init__(self, host, port, ca, pair=None, token=None):
        context = ssl.create_default_context(cafile=ca)
        if pair:
            context.load_cert_chain(*pair)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.place, self.context, self.connection = (host, port), context, None
        self.watch = None

    def ask(self, method, path, body=None, kind="application/json", **query):
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if query:
            path += "?" + urllib.parse.urlencode(query)
        for fresh in (False, True):  # a kept connection may have been closed meanwhile
            if fresh or self.connection is None:
                self.connection = http.client.HTTPSConnection(*self.place, context=self.context,
                                                              timeout=30)
            try:
                headers = {**self.headers, "Content-Type": kind}
                self.connection.request(method, path, body, headers)
                reply = self.connection.getresponse()
                return Answer(reply.status, reply.read())
            except (OSError, http.client.HTTPException):
                self.connection.close()
                self.connection = None
                if fresh:
                    raise
        raise AssertionError("unreachable")

    def get(self, path, **query):
        return self.ask("GET", path, **query)

    def stream(self, path, **query):
        """The lines of a watch, on a connection of its own, until the server ends it."""
        self.watch = http.client.HTTPSConnection(*self.place, context=self.context, timeout=300)
        self.watch.request("GET", path + "?" + urllib.parse.urlencode(query), headers=self.headers)
        try:
            reply = self.watch.getresponse()
            if reply.status != 200:
                raise OSError(f"watch of {path}: {reply.status}")
            yield from reply
        finally:
            self.watch.close()

    def close(self):
        """Ends its connections, from any thread; a stream that waits ends too."""
        for connection in (self.connection, self.watch):
            if connection and connection.sock:
                hang_up(connection.sock)

    def try_to_create(self, path, text):
        """What the server says of this YAML document, without keeping it."""
        return self.ask("POST", path, text.encode(), "application/yaml", dryRun="All",
                        fieldValidation="Strict")
