"""Who is measured: ours, nginx with Debian's mail module, and the bare limits. Each on an address of its own, with the
same ports; the same auth service and the same mail servers behind them."""
import json
import os
import pathlib
import re
import socket
import subprocess

from lib.manifests import tls_secret
from programs import MAIL_LOAD, POSTERN, Program, serve

IMAP, IMAPS, IMAPS_RSA = 143, 993, 994
BACKENDS = [f"127.0.0.{i}" for i in range(11, 15)]
BACKEND_PORT = 1143
AUTH = ("127.0.0.11", 9000)
WORKERS = int(os.environ.get("WORKERS", "2"))
CONNECTIONS = 10000

NGINX = """
load_module {module};
user www-data; worker_processes {workers}; pid {folder}/nginx.pid; error_log {folder}/error.log error;
events {{ worker_connections 19000; multi_accept on; }}
mail {{
  auth_http {auth}/auth; proxy_pass_error_message on; timeout 60s; proxy_timeout 1h;
  imap_capabilities IMAP4rev1 LITERAL+ SASL-IR IDLE ID; imap_auth plain login;
  ssl_protocols TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers off;
  ssl_session_cache shared:mail:20m; ssl_session_timeout 1h; ssl_session_tickets on;
  ssl_certificate {ec[0]}; ssl_certificate_key {ec[1]};
  server {{ listen {at}:143 backlog=4096; protocol imap; starttls on; }}
  server {{ listen {at}:993 ssl backlog=4096; protocol imap; }}
  server {{ listen {at}:994 ssl backlog=4096; protocol imap; ssl_certificate {rsa[0]}; ssl_certificate_key {rsa[1]}; }}
}}
"""


class Peer:
    """`can`: what it has of plain, tls, starttls."""
    name, can = "", ""

    def __init__(self, folder, pairs, address, admin_port=0):
        self.folder, self.pairs, self.address = pathlib.Path(folder) / self.name, pairs, address
        self.admin_port = admin_port
        self.folder.mkdir(exist_ok=True)
        self.program = None

    def start(self):
        self.program = self.begin()
        self.program.wait_until(self.listens, f"{self.name} listens")
        return self

    def listens(self):
        try:
            socket.create_connection((self.address, IMAP), 1).close()
            return True
        except OSError:
            return False

    def stop(self):
        if self.program:
            self.program.stop()
            self.program = None

    @property
    def pids(self):
        return [self.program.pid]


def module_path():
    built = subprocess.run(["nginx", "-V"], capture_output=True, text=True, check=True).stderr
    return re.search(r"modules-path=(\S+)", built)[1] + "/ngx_mail_module.so"


class Nginx(Peer):
    name, can = "nginx", "plain tls starttls"

    def begin(self):
        config = self.folder / "nginx.conf"
        config.write_text(NGINX.format(module=module_path(), workers=WORKERS, folder=self.folder,
                                       auth="{}:{}".format(*AUTH), at=self.address, **self.pairs))
        return Program(self.folder, "out", ["nginx", "-p", self.folder, "-c", config, "-g", "daemon off;"])

    @staticmethod
    def version():
        return subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=True).stderr.strip()


def manifests(pairs):
    listeners = [{"port": IMAP, "tls": "StartTLS", "plaintext": "Allow"},
                 {"port": IMAPS, "tls": "Implicit"}, {"port": IMAPS_RSA, "tls": "Implicit"}]
    server = {"apiVersion": "postern.dev/v1alpha1", "kind": "MailServer", "metadata": {"name": "bench"},
              "spec": {"hostnames": ["bench.example.test"], "protocols": {"imap": {"listeners": listeners}},
                       "tls": {"certificateRefs": [{"name": "ec"}, {"name": "rsa"}]},
                       "authentication": {"providers": [{"name": "service", "timeout": "60s", "http": {
                           "url": "http://{}:{}/auth".format(*AUTH), "style": "AuthHTTP"}}]},
                       "backends": [{"name": "mail", "tls": {"mode": "Disabled"}, "clientInfo": "None",
                                     "dynamic": {"allowedCIDRs": [f"{host}/32" for host in BACKENDS]}}],
                       "timeouts": {"tlsHandshake": "60s", "login": "60s", "backendConnect": "60s",
                                    "backendLogin": "60s", "idle": "1h"},
                       "logging": {"level": "Error", "sessions": "None"}}}
    return [*(tls_secret(name, pair, pair[0]) for name, pair in pairs.items()), server]


class Postern(Peer):
    name, can = "postern", "plain tls starttls"

    def begin(self):
        write_manifests(self.folder / "manifests", manifests(self.pairs))
        return Program(self.folder, "out", [POSTERN, "run", self.folder / "manifests", "--workers", WORKERS,
                                            "--listen-address", self.address, "--admin-address", f"{self.address}:{self.admin_port}"])

    @staticmethod
    def version():
        return subprocess.run([POSTERN, "--version"], capture_output=True, text=True, check=True).stdout.split("\n")[0]


class BareTls(Peer):
    """The mail server itself: what a client costs who is inside TLS, and no more."""
    name, can = "bare tls", "plain tls starttls"

    def begin(self):
        ec, rsa = (":".join(map(str, self.pairs[kind])) for kind in ("ec", "rsa"))
        at = self.address
        return serve(self.folder, "out", "--threads", WORKERS, "--mail", f"{at}:{IMAP}:{ec}",
                     "--mail-tls", f"{at}:{IMAPS}:{ec}", "--mail-tls", f"{at}:{IMAPS_RSA}:{rsa}")

    @staticmethod
    def version():
        return subprocess.run(["openssl", "version"], capture_output=True, text=True, check=True).stdout.strip()


class Relay(Peer):
    can, by = "plain", ""

    def begin(self):
        return Program(self.folder, "out", [
            MAIL_LOAD, "relay", "--by", self.by, "--threads", WORKERS, "--listen", f"{self.address}:{IMAP}",
            "--to", f"{','.join(BACKENDS)}:{BACKEND_PORT}"])

    @staticmethod
    def version():
        return "no idea of mail"


class CopyRelay(Relay):
    name, by = "copy relay", "copy"


class SpliceRelay(Relay):
    name, by = "splice relay", "splice"


PEERS = {peer.name: peer for peer in (Nginx, Postern, CopyRelay, SpliceRelay, BareTls)}


def write_manifests(folder, documents, file="mail.json"):
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f".{file}.new"
    fresh.write_text("\n---\n".join(json.dumps(document) for document in documents) + "\n")
    fresh.rename(folder / file)


def start_services(folder):
    """The auth service and the mail servers, for all peers: two programs."""
    auth = serve(folder, "auth", "--auth", "{}:{}".format(*AUTH), "--servers", f"{','.join(BACKENDS)}:{BACKEND_PORT}")
    mail = serve(folder, "mail", "--threads", "2", *(word for host in BACKENDS
                                                    for word in ("--mail", f"{host}:{BACKEND_PORT}")))
    return auth, mail


def make_pair(folder, name, *key):
    pair = [folder / f"{name}.pem", folder / f"{name}.key"]
    subprocess.run(["openssl", "req", "-x509", "-nodes", "-days", "30", "-subj", "/CN=bench.example.test", "-addext",
                    "subjectAltName=DNS:bench.example.test", *key, "-keyout", pair[1], "-out", pair[0]],
                   check=True, capture_output=True)
    return pair


def make_pairs(folder):
    return {"ec": make_pair(folder, "ec", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            "rsa": make_pair(folder, "rsa", "-newkey", "rsa:2048")}
