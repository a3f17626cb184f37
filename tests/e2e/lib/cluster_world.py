"""One MailServer in a cluster whose pods change, and what its users see of it: with each change
their server has a higher number; whoever meets a lower one than somebody before was rolled back."""
import base64
import pathlib
import threading

from .admin import resources
from .crowd import Crowd
from .fake_backend import FakeBackend, named
from .manifests import LOOPBACK, endpoint_slice, mail_server
from .raw import Raw

SERVERS = 60
OPEN = {"imap": {"listeners": [{"port": 143, "tls": "StartTLS", "plaintext": "Allow"},
                               {"port": 993}]}}


def on_loopback(number):
    """A real API server takes no such address into an EndpointSlice; one that is played does."""
    return f"127.0.1.{number}"


def tls_secret(name, pair):
    data = {key: base64.b64encode(pathlib.Path(file).read_bytes()).decode()
            for key, file in zip(("tls.crt", "tls.key"), pair)}
    return {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls",
            "metadata": {"name": name, "namespace": "default"}, "data": data}


def selecting_service(name):
    """Its pods may have any address: those of a Service with a selector are not judged."""
    ports = [{"name": "imap", "port": 143, "protocol": "TCP"}]
    return {"apiVersion": "v1", "kind": "Service",
            "metadata": {"name": name, "namespace": "default"},
            "spec": {"selector": {"app": name}, "ports": ports}}


class World:
    def __init__(self, objects, pair, address=on_loopback, servers=SERVERS):
        self.objects, self.step, self.address = objects, 0, address
        self.pods = "dovecot-5d9c-x{}"  # a Deployment's; a StatefulSet's are dovecot-{}
        self.backends = [
            FakeBackend(address(number), 143, named(f"server-{number}"), remember=False)
            for number in range(1, servers + 1)]
        self.objects.apply(tls_secret("mail-tls", pair), selecting_service("dovecot"))
        self.move()
        self.objects.apply(self.server())

    def close(self):
        for backend in self.backends:
            backend.close()

    @staticmethod
    def server(name="mail", **spec):
        backend = {"name": "mailbox", "service": {"name": "dovecot"}, "tls": {"mode": "Disabled"}}
        document = mail_server(name, [backend], protocols=OPEN,
                               loginProtection={"exemptCIDRs": LOOPBACK}, **spec)
        document["metadata"]["namespace"] = "default"
        return document

    def move(self):
        """A pod takes the place of another, which goes as pods do: it keeps its sessions, and gets no
        new ones. Returns the number of the new one."""
        self.step += 1
        members = {self.pods.format(number): self.address(number)
                   for number in range(1, self.step + 1)}
        pods = endpoint_slice("dovecot-1", "dovecot", members, ports=(("imap", 143),))
        pods["metadata"]["namespace"] = "default"
        for gone in pods["endpoints"][:-1]:
            gone["conditions"] = {"ready": False, "serving": True, "terminating": True}
        self.objects.apply(pods)
        return self.step


class Users:
    """Logs in all the time, keeps sessions open, and looks at what a proxy holds: what is lost, or
    goes backwards, is counted."""

    def __init__(self, members=3, guests=5, admin=9901, pause=0, idle=False):
        """`pause`: between two logins of each member; `idle`: guests say nothing in between."""
        self.crowd = Crowd(members, [f"user{number}" for number in range(20)])
        self.crowd.pause, self.idle = pause, idle
        self.admin, self.over, self.least, self.lost = admin, threading.Event(), None, 0
        self.dead = {}  # port of a guest who was lost -> why
        self.guests = [self.guest(number) for number in range(guests)]
        self.watcher = threading.Thread(target=self._look, daemon=True)

    def guest(self, number):
        client = Raw(143)
        client.port = client.socket.getsockname()[1]
        assert client.ask(f"a LOGIN user{number} secret".encode())[-1].startswith(b"a OK")
        if self.idle:
            client.send(b"i IDLE\r\n")
            client.until(b"+ ")
        return client

    def __enter__(self):
        self.crowd.__enter__()
        self.watcher.start()
        return self

    def __exit__(self, *wrong):
        self.over.set()
        self.crowd.__exit__(*wrong)
        self.watcher.join(10)
        self.lost = max(self.lost, sum(not self.lives(guest) for guest in self.guests))
        self.idle = False
        for guest in self.guests:
            guest.socket.close()

    def lives(self, guest):
        try:
            if self.idle:
                guest.send(b"DONE\r\n")
                guest.until(b"i OK")
            return guest.ask(b"n NOOP")[-1].startswith(b"n OK")
        except (OSError, EOFError) as error:
            self.dead.setdefault(guest.port, repr(error))
            return False

    def _look(self):
        """The fewest things that the proxy held at any moment; guests say something now and then, for
        their servers let nobody stay who is silent."""
        looks = 0
        while not self.over.wait(0.2 if self.crowd.pause else 0.02):
            held = len(resources(self.admin))
            self.least = held if self.least is None else min(self.least, held)
            looks += 1
            if looks % 200 == 0 and not self.idle:
                self.lost = sum(not self.lives(guest) for guest in self.guests)

    def number_now(self):
        return max((self.number(login) for login in self.crowd.logins[-6:]), default=0)

    @staticmethod
    def number(login):
        return int(login.server.split("-")[1]) if login.server and not login.failure else 0

    def rollbacks(self):
        """Logins that began after another had ended, and met an older world."""
        logins = sorted((login for login in self.crowd.logins if not login.failure),
                        key=lambda login: login.began)
        ends = sorted((login.ended, self.number(login)) for login in logins)
        newest, at, count = 0, 0, 0
        for login in logins:
            while at < len(ends) and ends[at][0] < login.began:
                newest = max(newest, ends[at][1])
                at += 1
            count += self.number(login) < newest
        return count
