"""Everything at once, for as long as wanted: logins, bulk both ways, slow readers, resets, half-closes, in clear and inside
TLS, while the configuration changes. Each octet is compared, at the guest or at the mail server; at the end the proxy's
counters have to be the guests' own counts, and its memory has to be where it was."""
import json
import os
import pathlib
import resource
import select
import sys
import tempfile
import time

import mix
import peers
import proc
from figures import columns
from lib.admin import metric
from programs import Guests
from reckoning import counts, rows_of, verdicts

MINUTES = float(sys.argv[1])
PLACES = int(os.environ.get("PLACES", "32"))
SAMPLE = 10.0  # seconds between two looks at the memory
CHANGE = 3.0  # seconds between two changes of the configuration


class Changes:
    """One change after another: what a busy operator does."""

    def __init__(self, folder, pairs):
        self.folder, self.pairs, self.number = folder, pairs, 0
        self.other = peers.make_pair(folder, "renewed", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")

    def documents(self):
        pairs = dict(self.pairs, ec=self.other if self.number % 4 >= 2 else self.pairs["ec"])
        documents = peers.manifests(pairs)
        documents[-1]["spec"]["limits"] = {"maxErrors": 5 + self.number % 7}
        if self.number % 2:
            documents.append(self.neighbour())
        return documents

    def neighbour(self):
        """A MailServer that comes and goes, on a port of its own."""
        return {"apiVersion": "postern.dev/v1alpha1", "kind": "MailServer", "metadata": {"name": "neighbour"},
                "spec": {"hostnames": [f"n{self.number % 9}.example.test"],
                         "protocols": {"imap": {"listeners": [{"port": 2143, "tls": "Disabled", "plaintext": "Allow"}]}},
                         "backends": [{"name": "box", "addresses": [{"name": "one", "address": "127.0.0.11"}],
                                       "tls": {"mode": "Disabled"}}]}}

    def make(self):
        self.number += 1
        peers.write_manifests(self.folder / "postern/manifests", self.documents())




def watch(guests, peer, changes):
    """Until the guests are through; (seconds, KiB) of the proxy."""
    samples, began, changed = [], time.monotonic(), time.monotonic()
    while not select.select([guests.process.stdout], [], [], 0.5)[0]:
        now = time.monotonic()
        if now - changed >= CHANGE:
            changed = now
            changes.make()
        if now - began >= SAMPLE * (len(samples) + 1):
            samples.append((now - began, proc.own_kib(peer.pids)))
            print(f"{now - began:6.0f} s  {samples[-1][1] / 1024:8.1f} MiB", flush=True)
    return samples


def proxy_counts(admin_port):
    return {"connections": metric("postern_connections_total", admin_port),
            "logins": metric("postern_logins_total", admin_port, result="ok"),
            "handshakes": metric("postern_tls_handshakes_total", admin_port, result="ok"),
            "octets": metric("postern_relay_bytes_total", admin_port)}


def settled(admin_port):
    """Whether no session is left, of which something could still be counted."""
    return metric("postern_sessions_active", admin_port) == 0 and metric("postern_visits", admin_port) == 0


def soak(folder):
    pairs = peers.make_pairs(folder)
    services = peers.start_services(folder)
    peer = peers.Postern(folder, pairs, "127.0.0.1", admin_port=9901).start()
    changes = Changes(folder, pairs)
    before = proxy_counts(9901)  # the look whether it listens was a connection, too
    guests = Guests(folder, mix.script(), manner="mix", places=PLACES, seconds=int(MINUTES * 60), address=peer.address,
                    port=143, tls_port=993, resume="yes")
    try:
        guests.hear("warm")
        guests.go_on()
        samples = watch(guests, peer, changes)
        told = guests.hear("end")
        guests.go_on()
        guests.hear("closed")
        peer.program.wait_until(lambda: settled(9901), "no session is left", 30)
        by_proxy = {name: value - before[name] for name, value in proxy_counts(9901).items()}
    finally:
        guests.stop()
        peer.stop()
        said = [service.stop() for service in services]
    return report(told, json.loads(said[-1].splitlines()[-1]), by_proxy, samples, changes)


def report(told, served, by_proxy, samples, changes):
    counted = counts(told)
    rows, scripts = rows_of(told, counted, served, by_proxy)
    compared = told["octets"] / (1 << 30)  # what guests took they compared; what they gave the mail servers did
    print(f"\n{scripts}\n\n{columns(rows)}\n\n{compared:.2f} GiB compared, {by_proxy['octets'] / (1 << 30):.2f} GiB relayed; "
          f"{changes.number} changes of the configuration; {told['resumed']} of {told['handshakes']} handshakes resumed")
    found = verdicts(told, served, by_proxy, samples, MINUTES)
    for what, good in found.items():
        print(("well  " if good else "BAD   ") + what)
    return 0 if all(found.values()) else 1


def main():
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(f"{MINUTES:g} minutes, {PLACES} guests at a time; {peers.Postern.version()}", flush=True)
    with tempfile.TemporaryDirectory(prefix="postern-soak-") as name:
        sys.exit(soak(pathlib.Path(name)))


if __name__ == "__main__":
    main()
