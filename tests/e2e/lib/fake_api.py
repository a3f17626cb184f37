"""An API server that does what it is told, also what none should: tests/kube/fake_api_server as a
program, with TLS, tokens and faults by script."""
import json
import os
import pathlib
import subprocess

from cluster import kubeconfig
from cluster.api import Api
from conformance.objects import Objects

from .certificates import Authority
from .gate import ADDRESS, PROGRAM

FAKE = os.environ.get("FAKE_API_SERVER", pathlib.Path(PROGRAM).parent / "fake_api_server")
PORT = 6443


class FakeApi:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.authority = Authority(self.folder / "api", "cluster authority")
        self.ca = self.authority.certificate
        self.pair = self.authority.sign("apiserver", "/CN=kube-apiserver", f"IP:{ADDRESS}")
        self.tokens = {"token-of-admin": "admin"}
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [FAKE, "--address", ADDRESS, "--port", str(PORT), "--tls-cert", self.pair[0],
             "--tls-key", self.pair[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline().startswith("ready:")
        self.let_in()
        self.objects = Objects(self.connect())
        return self

    def stop(self):
        if self.process:
            self.objects.api.close()
            self.process.stdin.close()
            self.process.wait(20)
            self.process.stdout.close()
            self.process = None

    def order(self, do, **more):
        """Tells it something; what it answers."""
        self.process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert not isinstance(answer, dict), answer
        return answer

    def fault(self, what, **more):
        return self.order("fault", what=what, **more)

    def let_in(self, **tokens):
        """Whoever shows one of these tokens, in place of those before: token="user"."""
        return self.order("tokens", tokens={**self.tokens, **tokens})

    def seen(self, start=0):
        """What was asked: verb, plural, user, target, agent, body, code."""
        return self.order("seen", **{"from": start})

    # --- for those who use it

    def connect(self):
        return Api(ADDRESS, PORT, self.ca, token="token-of-admin")

    def kubeconfig(self, user, token=None):
        """A file for a controller; its token is let in from now on."""
        token = token or f"token-of-{user}"
        self.tokens[token] = user
        self.let_in()
        return kubeconfig.by_token(self.folder / f"{user}.kubeconfig", f"https://{ADDRESS}:{PORT}",
                                   self.ca, user, token)

    def kubeconfig_of_file(self, user):
        """As a mounted ServiceAccount: the token is in a file, written anew when it changes."""
        file = self.folder / f"{user}.token"
        self.tokens[f"token-of-{user}"] = user
        file.write_text(f"token-of-{user}")
        self.let_in()
        return kubeconfig.write(self.folder / f"{user}.kubeconfig", f"https://{ADDRESS}:{PORT}",
                                self.ca, user, {"tokenFile": str(file)})

    def rotate(self, user, token):
        """Its file has another token, and the old one is not let in any more."""
        fresh = self.folder / f"{user}.token.new"
        fresh.write_text(token)
        fresh.rename(self.folder / f"{user}.token")
        self.tokens = {old: name for old, name in self.tokens.items() if name != user}
        self.tokens[token] = user
        self.let_in()
