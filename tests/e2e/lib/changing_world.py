"""MailServers that change all the time, each with two Services of three pods, while users log in.
Of each state it is kept when it was written, when it was in force everywhere, and what a login may
meet meanwhile."""
import json
import random
import ssl
import time

from conformance.objects import path_to

from . import beside
from .admin import metric
from .cluster_world import selecting_service, tls_secret
from .judgement import Judge, State, Verdict
from .manifests import endpoint_slice, mail_server
from .split import CONTROLLER_ADMIN
from .waiting import until

PODS, PAIRS = 3, 4
KINDS = ("endpoints of a Service", "the Service of a MailServer", "hostnames and a limit",
         "a certificate")
PROTOCOLS = {"imap": {"listeners": [{"port": 993}]}}
CLEAR = {"mode": "Disabled"}


class Tenant:
    """One MailServer, and all states that it has been in."""

    def __init__(self, number, authority):
        self.name, self.host = f"tenant-{number}", f"t{number}.example.test"
        self.pairs = [authority.issue(f"{self.name}-{i}", self.host, f"*.{self.host}")
                      for i in range(PAIRS)]
        self.prints = [self._print_of(pair[0]) for pair in self.pairs]
        first = 20 + number * 2 * PODS
        self.pods = {word: {f"{self.name}-{word}-{i}": f"192.0.2.{first + at * PODS + i}"
                            for i in range(PODS)} for at, word in enumerate("ab")}
        self.ready = {word: set(pods) for word, pods in self.pods.items()}
        self.leaving = {"a": set(), "b": set()}
        self.service, self.pair, self.count = "a", 0, 0
        self.states = [self.state(0.0, 0.0)]

    @staticmethod
    def _print_of(file):
        return beside.fingerprint(ssl.PEM_cert_to_DER_cert(file.read_text()))

    def state(self, written, in_force):
        return State(written, in_force, frozenset(self.ready[self.service]),
                     self.prints[self.pair])

    # --- its documents

    def secret(self):
        return tls_secret(f"{self.name}-tls", self.pairs[self.pair])

    def slice(self, word):
        members = {pod: address for pod, address in self.pods[word].items()
                   if pod in self.ready[word] | self.leaving[word]}
        document = endpoint_slice(f"{self.name}-{word}-1", f"{self.name}-{word}", members,
                                  ports=(("imap", 143),))
        document["metadata"]["namespace"] = "default"
        for endpoint in document["endpoints"]:
            if endpoint["hostname"] in self.leaving[word]:
                endpoint["conditions"] = {"ready": False, "serving": True, "terminating": True}
        return document

    def server(self):
        backend = {"name": "mailbox", "tls": CLEAR,
                   "service": {"name": f"{self.name}-{self.service}"}}
        hosts = [self.host] + [f"h{self.count}.{self.host}"] * (self.count % 2)
        document = mail_server(self.name, [backend], hostnames=hosts, secret=f"{self.name}-tls",
                               protocols=PROTOCOLS, limits={"maxErrors": 5 + self.count % 20})
        document["metadata"]["namespace"] = "default"
        return document

    def documents(self):
        return [self.secret(), *(selecting_service(f"{self.name}-{word}") for word in "ab"),
                self.slice("a"), self.slice("b"), self.server()]

    # --- what may happen to it; each returns the document that has it

    def change(self, kind, chance):
        ways = (self._pods_change, self._moves, self._is_set, self._renews)
        return ways[KINDS.index(kind)](chance)

    def _pods_change(self, chance):
        """Those that go do it as pods do, or are gone at once."""
        before, word = self.ready[self.service], self.service
        while self.ready[word] == before:
            self.ready[word] = set(chance.sample(sorted(self.pods[word]), chance.randint(1, PODS)))
        self.leaving[word] = before - self.ready[word] if chance.random() < 0.7 else set()
        return self.slice(word)

    def _moves(self, _chance):
        self.service = "b" if self.service == "a" else "a"
        return self.server()

    def _is_set(self, _chance):
        self.count += 1
        return self.server()

    def _renews(self, _chance):
        self.pair = (self.pair + 1) % PAIRS
        return self.secret()


class ChangingWorld:
    def __init__(self, api, authority, tenants=4, seed=1):
        self.api, self.authority, self.chance = api, authority, random.Random(seed)
        self.tenants = [Tenant(number, authority) for number in range(tenants)]
        self.took = {kind: [] for kind in KINDS}  # seconds, from the write to what it changes

    def make(self, objects, add_address):
        """`add_address`: gives this machine one more. Returns the mail servers: to be ended."""
        pods = {pod: address for tenant in self.tenants for word in "ab"
                for pod, address in tenant.pods[word].items()}
        for address in pods.values():
            add_address(address)
        servers = beside.start("servers", "servers",
                               *(f"{pod}={address}" for pod, address in pods.items()))
        servers.wait_for("serving")
        for tenant in self.tenants:
            objects.apply(*tenant.documents())
        return servers

    def crowd(self, port, members=3, users=10):
        names = [f"user{i}@{tenant.host}" for tenant in self.tenants for i in range(users)]
        return beside.start(f"crowd-{port}", "crowd", self.authority.certificate, port, members,
                            *names)

    def change(self):
        """One, until it is in force at all proxies."""
        tenant, kind = self.chance.choice(self.tenants), self.chance.choice(KINDS)
        count, written = converged(), time.monotonic()
        document = tenant.change(kind, self.chance)
        answer = self.api.ask("PATCH", path_to(document), document,
                              "application/merge-patch+json")
        if not answer.accepted:
            raise AssertionError(f"{path_to(document)}: {answer}")
        until(lambda: converged() > count, 30, f"{kind} of {tenant.name}", every=0.004)
        now = time.monotonic()
        tenant.states.append(tenant.state(written, now))
        self.took[kind].append(now - written)

    def judge(self, crowds):
        """What the logins of these processes, which have ended, came to."""
        logins = [json.loads(line) for crowd in crowds for line in crowd.lines
                  if line.startswith("{")]
        verdict = Verdict(sum(map(len, self.took.values())), len(logins))
        by_host = {tenant.host: Judge(tenant.states) for tenant in self.tenants}
        for login in logins:
            by_host[login["user"].partition("@")[2]].judge(login, verdict)
        return verdict


def converged():
    return metric("postern_convergence_seconds_count", CONTROLLER_ADMIN)
