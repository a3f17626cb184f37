"""A controller, proxies, and one change at a time: of each kind the time from its arrival at the controller to the
last ACTIVE (postern_convergence_seconds), what the controller weighs, and how soon it is ready again."""
import contextlib
import os
import pathlib
import random
import time

import watching
from light import Light
from lib.split import STREAM
from outcome import READY, WRITES, Outcome, memory_bar
from proc import cpu_seconds
from room import room_for_many
from servers import KINDS, Servers

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCE = os.environ.get("SOURCE") or "kubernetes"
SERVERS = int(os.environ.get("SERVERS") or "1000")
PROXIES = int(os.environ.get("PROXIES") or "10")
STREAMS = int(os.environ.get("STREAMS") or "0")  # of light proxies, which take all and serve nobody
ENDPOINTS = int(os.environ.get("ENDPOINTS") or "10")  # of each MailServer
CHANGES = int(os.environ.get("CHANGES") or "100")  # of each kind; 0: only starts are measured
GAP = float(os.environ.get("GAP") or "1")  # seconds between two changes: each is alone
ONLY = os.environ.get("ONLY", "")  # a word of the kinds of change that are made
WHOLE = SERVERS >= 1000 and PROXIES >= 10 and not ONLY
RESULTS = os.environ.get("RESULTS") or ROOT / ("bench/results" if WHOLE else "build/bench")


def clients():
    return f"{PROXIES} proxies" + (f" and {STREAMS} light ones" if STREAMS else "")


def open_source(folder):
    if SOURCE == "kubernetes":
        from at_api_server import NETWORK, ApiServer as Source
    elif SOURCE == "directory":
        from at_directory import NETWORK, Directory as Source
    else:
        raise SystemExit(f"SOURCE={SOURCE}: directory or kubernetes")
    servers = Servers(folder, SERVERS, ENDPOINTS, NETWORK)
    return servers, Source(folder, servers)


def start(source, outcome):
    began = time.monotonic()
    controller = source.start_controller()
    ready = time.monotonic() - began
    if watching.served() != (SERVERS, SERVERS):
        raise RuntimeError(f"serves {watching.served()} of {SERVERS} MailServers and their endpoints")
    outcome.say(f"controller ready after {ready:.2f} s")
    return controller, ready


def start_proxies(source, outcome):
    began, programs = time.monotonic(), source.programs
    for number in range(PROXIES):
        programs.start_proxy(number, "--workers", "2", "--log-level", "warning", wait=False)
    for number in range(PROXIES):
        programs.proxies[number].wait_for("ready:", 120)
    outcome.say(f"{PROXIES} proxies serve after {time.monotonic() - began:.2f} s")


def start_streams(folder, source, stack, outcome):
    """Beside the proxies, so that a change waits for all of them."""
    if not STREAMS:
        return
    began = time.monotonic()
    light = Light(folder, source.programs.certs / "proxy", STREAM, STREAMS)
    stack.callback(lambda: outcome.say(f"light proxies: {light.stop()}"))
    light.wait_until_served()
    outcome.say(f"{STREAMS} light proxies have everything after {time.monotonic() - began:.2f} s")


def settle(source, outcome, began):
    """Until what is still to be told of the start is told: it would be counted as a change's."""
    if source.writes_status:
        sent, last = watching.statuses_settled()
        outcome.say(f"{sent} statuses for {SERVERS} MailServers and a class, the last one after {last - began:.1f} s")


def measure(source, servers, kind, chance):
    times = []
    for _ in range(CHANGES):
        number = chance.randrange(SERVERS)
        servers.change(kind, number)
        time.sleep(GAP)
        count, total = watching.converged()
        source.write(number, kind.part)
        time.sleep(0.1)  # whoever asks while it happens takes of its time
        watching.wait_for(lambda: watching.converged()[0] > count, 30, "a change in force")
        times.append((watching.converged()[1] - total) * 1000)
    return times


def changes(source, servers, controller, outcome):
    chance, kinds = random.Random(1), [kind for kind in KINDS if ONLY in kind.title]
    if not CHANGES or not kinds:
        return
    sent, cpu = watching.statuses_sent(), cpu_seconds([controller.pid])
    for kind in kinds:
        before = watching.statuses_sent()
        outcome.times[kind.title] = measure(source, servers, kind, chance)
        if source.writes_status:
            outcome.say(f"{kind.title}: {watching.statuses_sent() - before} statuses for {CHANGES} changes")
    count = CHANGES * len(kinds)
    used = (cpu_seconds([controller.pid]) - cpu) * 1000 / count
    outcome.tell_changes()
    outcome.say(f"controller: {used:.1f} ms of CPU a change, with what it costs to ask it for its metrics")
    if source.writes_status:
        outcome.hold("statuses a change", "", (watching.statuses_settled()[0] - sent) / count, WRITES)


def weigh(controller, outcome):
    share, own = watching.weight(controller.pid)
    outcome.say(f"controller: {share:.1f} MiB (PSS), {own:.1f} of it no file's, with {SERVERS} MailServers, "
                f"{SERVERS * ENDPOINTS} endpoints, {clients()}")
    outcome.hold("memory", "MiB", share, memory_bar(SERVERS))


def start_again(source, outcome, ready_first):
    """One that ends and comes back, with proxies that have everything and wait for it."""
    source.stop_controller()
    began = time.monotonic()
    ready = start(source, outcome)[1]
    watching.wait_for(lambda: watching.active_proxies() >= PROXIES + STREAMS, 120, "all proxies back")
    outcome.say(f"{clients()} are with it again after {time.monotonic() - began:.2f} s")
    if source.writes_status:
        outcome.say(f"{watching.statuses_settled()[0]} statuses since")
    outcome.hold("ready, the slower of two starts", "s", max(ready, ready_first), READY)


def one_dies(source, outcome):
    if source.writes_status:
        from failover import fail_over
        fail_over(source, PROXIES + STREAMS, outcome)


def run(folder):
    outcome = Outcome(f"{SOURCE}: {SERVERS} MailServers of {ENDPOINTS} endpoints, {clients()}")
    servers, source = open_source(folder)
    with contextlib.ExitStack() as stack:
        stack.callback(source.stop)
        began = time.monotonic()
        servers.make_pairs()
        source.make()
        outcome.say(f"all of it made in {time.monotonic() - began:.0f} s")
        began = time.monotonic()
        controller, ready = start(source, outcome)
        start_proxies(source, outcome)
        start_streams(folder, source, stack, outcome)
        settle(source, outcome, began)
        changes(source, servers, controller, outcome)
        weigh(controller, outcome)
        start_again(source, outcome, ready)
        one_dies(source, outcome)
    outcome.tell_bars()
    more = f"-{STREAMS}-streams" if STREAMS else ""
    outcome.write(pathlib.Path(RESULTS), f"control-{SOURCE}-{SERVERS}x{ENDPOINTS}{more}")


def main():
    with room_for_many() as folder:
        run(folder)


if __name__ == "__main__":
    main()
