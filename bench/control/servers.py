"""The MailServers that are measured, each with a certificate, a Service and its endpoints, and what is changed of
them. Where they are kept is told in at_directory.py and at_api_server.py."""
import collections
import subprocess

from lib.manifests import mail_server
from programs import MAIL_LOAD

# What is counted up, and which part of a MailServer's documents has it.
Kind = collections.namedtuple("Kind", "title counted part")
KINDS = (Kind("endpoints of a backend", "first", "endpoints"), Kind("a limit of a server", "errors", "server"),
         Kind("a hostname more", "hosts", "server"), Kind("a certificate", "pair", "secret"))
NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30")


class Servers:
    def __init__(self, folder, count, endpoints, network):
        """`network`: the first number of all endpoints' addresses."""
        self.keys, self.count, self.endpoints, self.network = folder / "keys", count, endpoints, network
        self.keys.mkdir()
        self.state = [{"errors": 10, "hosts": 2, "first": 1, "pair": 0} for _ in range(count)]

    def __len__(self):
        return self.count

    @staticmethod
    def name(number):
        return f"server-{number}"

    def change(self, kind, number):
        self.state[number][kind.counted] += 1
        if kind.counted == "pair":
            self.make_pair(number)

    def make_pairs(self):
        subprocess.run([MAIL_LOAD, "certificates", str(self.count), self.keys, "below"], check=True)

    def make_pair(self, number):
        certificate, key = self.pair(number)
        names = f"DNS:mail-{number}.example,DNS:*.mail-{number}.example"
        subprocess.run(["openssl", "req", "-x509", *NEW_KEY, "-subj", f"/CN=mail-{number}.example", "-addext",
                        f"subjectAltName={names}", "-keyout", key, "-out", certificate],
                       check=True, capture_output=True)

    def pair(self, number):
        generation = self.state[number]["pair"]
        name = f"{number}-{generation}" if generation else f"{number}"
        return [self.keys / f"{name}.{end}" for end in ("pem", "key")]

    def members(self, number):
        first = self.state[number]["first"]
        return [f"{self.network}.{number % 200 + 1}.{number // 200}.{first + i}" for i in range(self.endpoints)]

    def mail_server(self, number):
        now, name = self.state[number], self.name(number)
        hosts = [f"mail-{number}.example"] + [f"h{i}.mail-{number}.example" for i in range(1, now["hosts"])]
        return mail_server(name, [{"name": "mailbox", "service": {"name": f"{name}-svc"}}], hostnames=hosts,
                           secret=f"{name}-tls", limits={"maxErrors": now["errors"]})
