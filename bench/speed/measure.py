"""One run of one test against one peer: what it cost whom."""
import os
import time

import proc
from programs import Failed, Guests

SETTLE = 0.05  # seconds: what a proxy still does when the last guest has left
CALM = 1.5  # the same before memory is looked at
DISTURBED = 0.08  # of all CPUs: more than this by others, and the run is made again


class Sample:
    def __init__(self, peer, services, guests):
        self.busy = proc.machine_busy()
        self.peer = proc.cpu_seconds(peer.pids)
        self.services = proc.cpu_seconds([pid for pid in services if pid not in peer.pids])
        self.load = proc.cpu_seconds([guests.pid])
        self.own = time.process_time()
        self.at = time.monotonic()

    def since(self, before):
        used = {name: getattr(self, name) - getattr(before, name) for name in ("peer", "services", "load", "own")}
        wall = self.at - before.at
        return {**used, "wall": wall, "others": self.busy - before.busy - sum(used.values())}


def value_of(test, told, used, memory):
    if test.key == "pss":
        return memory / told["completed"]["open"]
    if test.key == "p50":
        return told["p50_us"] / 1000
    if test.key == "gib":
        return used["peer"] / (told["octets"] / (1 << 30))
    work = told["completed"]["open" if test.flags["manner"] == "sessions" else "work"]
    return used["peer"] / work * (1e6 if test.unit == "CPU µs" else 1e3)


def guests_of(test, peer, folder, scale):
    flags = dict(test.flags)
    for name in ("count", "warmup"):
        flags[name] = max(flags["places"] if name == "count" else 1, int(flags[name] * scale))
    return Guests(folder, test.script, address=peer.address, port=test.port, **flags)


def measure(test, peer, services, folder, scale=1.0, profiled=None):
    """A row of figures; `disturbed` when others used the machine meanwhile. `profiled`: begins samples of processes."""
    guests = guests_of(test, peer, folder, scale)
    holds = test.flags["manner"] == "hold"
    try:
        guests.hear("warm")
        time.sleep(CALM if holds else 2 * SETTLE)
        memory = proc.own_kib(peer.pids) if holds else 0
        samples = profiled(peer) if profiled else None
        before = Sample(peer, services, guests)
        guests.go_on()
        told = guests.hear("end")
        if samples:
            samples.stop()
        time.sleep(CALM if holds else SETTLE)
        used = Sample(peer, services, guests).since(before)
        memory = proc.own_kib(peer.pids) - memory if holds else 0
        guests.go_on()
        left = guests.hear("closed")
    finally:
        guests.stop()
    if told["errors"] or told["corrupted"] or left["errors"]:
        raise Failed(f"{test.name}, {peer.name}: {told} {left}")
    count = sum(told["completed"].values())
    return {"test": test.name, "peer": peer.name, "value": value_of(test, told, used, memory), "count": count,
            "samples": samples, "rate": count / told["seconds"], "p50_us": told["p50_us"], "p99_us": told["p99_us"],
            "resumed": told["resumed"] / told["handshakes"] if told["handshakes"] else None,
            "cpu": {name: round(value, 4) for name, value in used.items()},
            "disturbed": used["others"] > DISTURBED * os.cpu_count() * used["wall"] + 0.05}
