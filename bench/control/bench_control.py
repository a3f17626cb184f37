"""A controller on a directory, proxies, and one change at a time: each kind of change, its time from
reading the manifest to the last ACTIVE (postern_convergence_seconds), and what the controller weighs."""
import concurrent.futures
import json
import os
import pathlib
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from lib.admin import metric
from lib.manifests import mail_server, service, tls_secret
from lib.split import CONTROLLER_ADMIN, Split

SERVERS = int(os.environ.get("SERVERS", "1000"))
PROXIES = int(os.environ.get("PROXIES", "10"))
CHANGES = int(os.environ.get("CHANGES", "100"))
GAP = float(os.environ.get("GAP", "1"))  # seconds between two changes: each is alone
ENDPOINTS = 10  # of each MailServer
ONLY = os.environ.get("ONLY", "")  # a word of the kinds of change that are made
BARS = {"p50": 10.0, "p99": 40.0, "memory": 64.0}  # design: milliseconds and MiB


class World:
    """The directory: a file a MailServer, with its Secret and its Service."""

    def __init__(self, folder):
        self.folder, self.keys = folder / "manifests", folder / "keys"
        self.folder.mkdir()
        self.keys.mkdir()
        self.state = [{"errors": 10, "hosts": 2, "first": 1, "pair": 0} for _ in range(SERVERS)]

    def key_pair(self, number, generation):
        pair = [self.keys / f"{number}-{generation}.{end}" for end in ("pem", "key")]
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
                        f"/CN=mail-{number}.example", "-addext",
                        f"subjectAltName=DNS:mail-{number}.example,DNS:*.mail-{number}.example",
                        "-keyout", pair[1], "-out", pair[0]], check=True, capture_output=True)

    def documents(self, number):
        now = self.state[number]
        name = f"server-{number}"
        pair = [self.keys / f"{number}-{now['pair']}.{end}" for end in ("pem", "key")]
        secret = tls_secret(f"{name}-tls", pair, pair[0])
        hosts = [f"mail-{number}.example"] + [f"h{i}.mail-{number}.example" for i in range(1, now["hosts"])]
        block = number % 200 + 1, number // 200
        members = [f"127.{block[0]}.{block[1]}.{now['first'] + i}" for i in range(ENDPOINTS)]
        return [secret, service(f"{name}-svc", *members),
                mail_server(name, [{"name": "mailbox", "service": {"name": f"{name}-svc"}}],
                            hostnames=hosts, secret=f"{name}-tls",
                            limits={"maxErrors": now["errors"]})]

    def write(self, number):
        text = "\n---\n".join(json.dumps(document) for document in self.documents(number))
        fresh = self.folder / f".{number}.new"
        fresh.write_text(text + "\n")
        fresh.rename(self.folder / f"{number}.json")

    def make(self):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda number: self.key_pair(number, 0), range(SERVERS)))
        for number in range(SERVERS):
            self.write(number)


def change_endpoints(world, number):
    world.state[number]["first"] += 1


def change_server(world, number):
    world.state[number]["errors"] += 1


def change_hostnames(world, number):
    world.state[number]["hosts"] += 1


def change_certificate(world, number):
    world.state[number]["pair"] += 1
    world.key_pair(number, world.state[number]["pair"])


KINDS = {"endpoints of a backend": change_endpoints, "a limit of a server": change_server,
         "a hostname more": change_hostnames, "a certificate": change_certificate}


def converged():
    return (metric("postern_convergence_seconds_count", CONTROLLER_ADMIN),
            metric("postern_convergence_seconds_sum", CONTROLLER_ADMIN))


def wait_for(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"not in {seconds} s: {what}")
        time.sleep(0.05)


def measure(world, change, chance):
    times = []
    for _ in range(CHANGES):
        number = chance.randrange(SERVERS)
        change(world, number)
        time.sleep(GAP)
        count, total = converged()
        world.write(number)
        wait_for(lambda: converged()[0] > count, 30, "a change in force")
        times.append((converged()[1] - total) * 1000)
    return times


def quantile(times, share):
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def memory_mib(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        for line in file:
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def main():
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="postern-bench-"))
    try:
        run(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(folder):
    print(f"making {SERVERS} MailServers with certificates and {SERVERS * ENDPOINTS} endpoints …",
          flush=True)
    world = World(folder)
    world.make()
    split = Split(folder, world.folder)
    try:
        began = time.monotonic()
        controller = split.start_controller("--log-level", "warning", "--status-dir", "none")
        print(f"controller ready after {time.monotonic() - began:.2f} s", flush=True)
        began = time.monotonic()
        for number in range(PROXIES):
            split.start_proxy(number, "--workers", "2", "--log-level", "warning", wait=False)
        for number in range(PROXIES):
            split.proxies[number].wait_for("ready:", 120)
        print(f"{PROXIES} proxies serve after {time.monotonic() - began:.2f} s", flush=True)
        table(world, controller)
    finally:
        split.stop()


def table(world, controller):
    chance, everything = random.Random(1), []
    print(f"\n{'change':26} {'changes':>7} {'p50 ms':>8} {'p90 ms':>8} {'p99 ms':>8} {'max ms':>8}")
    for name, change in KINDS.items():
        if ONLY not in name:
            continue
        times = measure(world, change, chance)
        everything += times
        show(name, times)
    show("all", everything)
    memory = memory_mib(controller.pid)
    print(f"\ncontroller: {memory:.1f} MiB (PSS) with {SERVERS} MailServers, "
          f"{SERVERS * ENDPOINTS} endpoints, {PROXIES} proxies")
    found = {"p50": statistics.median(everything), "p99": quantile(everything, 0.99), "memory": memory}
    for name, bar in BARS.items():
        verdict = "met" if found[name] <= bar else "MISSED"
        print(f"bar {name:7} {found[name]:8.2f} of {bar:.0f}: {verdict}")


def show(name, times):
    print(f"{name:26} {len(times):7} {statistics.median(times):8.2f} {quantile(times, 0.9):8.2f} "
          f"{quantile(times, 0.99):8.2f} {max(times):8.2f}", flush=True)


if __name__ == "__main__":
    main()
