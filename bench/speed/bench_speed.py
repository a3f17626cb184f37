"""Ours and nginx in turn, and the bare limits: what each costs for a login, a round trip, a GiB, an idle connection."""
import argparse
import contextlib
import datetime
import fcntl
import os
import pathlib
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time

import peers
import proc
import report
from figures import columns, shown
from measure import measure
from profiling import PARTS, Profile
from programs import ROOT
from tests import TESTS

CALM = 0.5  # seconds: what the last test left behind
TRIES = 3  # of a run that others disturbed


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="of each test and peer")
    parser.add_argument("--only", default="", help="a regular expression of tests' names")
    parser.add_argument("--peers", default="nginx,postern,limits", help="of nginx, postern, limits")
    parser.add_argument("--quick", action="store_true", help="one short run of each, about three minutes")
    parser.add_argument("--lock", default="", help="a file that is locked for each round, of all peers once")
    parser.add_argument("--profile", action="store_true", help="where the time goes, by part; needs perf, writes nothing")
    parser.add_argument("--results", default="", help="folder; bench/results, or build/bench for what is not whole")
    chosen = parser.parse_args()
    chosen.scale = 0.15 if chosen.quick else 1.0
    chosen.runs = 1 if chosen.quick else chosen.runs
    chosen.whole = not (chosen.quick or chosen.only) and chosen.peers == parser.get_default("peers")
    return chosen


@contextlib.contextmanager
def alone(path):
    if not path:
        yield
        return
    with open(path, "a", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def cpu_model():
    found = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    return found[1] if found else platform.machine()


def about(chosen):
    openssl = subprocess.run(["openssl", "version"], capture_output=True, text=True, check=True).stdout
    memory = int(re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text(encoding="ascii"))[1]) >> 20
    return {"date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"),
            "machine": f"{len(os.sched_getaffinity(0))} CPUs of {cpu_model()}, {memory} GiB, Linux {platform.release().split('-')[0]}",
            "programs": "; ".join([peers.Postern.version(), peers.Nginx.version(), " ".join(openssl.split()[:2])]),
            "workers": peers.WORKERS, "runs": chosen.runs, "scale": chosen.scale}


class Bench:
    def __init__(self, chosen, folder):
        self.chosen, self.folder, self.rows = chosen, folder, []
        self.pairs = peers.make_pairs(folder)
        self.services = peers.start_services(folder)
        wanted = chosen.peers.split(",")
        self.names = [name for name in peers.PEERS if name in wanted or
                      ("limits" in wanted and name not in ("nginx", "postern"))]
        self.peers = {name: peers.PEERS[name](folder, self.pairs, f"127.0.2.{number + 1}")
                      for number, name in enumerate(self.names)}

    def peers_of(self, test):
        return [peer for name, peer in self.peers.items()
                if test.needs in peer.can and name in ("nginx", "postern", test.limit)]

    def run(self, tests):
        for test in tests:
            for _ in range(self.chosen.runs):
                for peer in self.peers_of(test):
                    self.one_run(test, peer)

    def one_run(self, test, peer):
        for attempt in range(TRIES):
            with alone(self.chosen.lock):
                if test.key == "pss":
                    peer.stop()  # memory is looked at in a program that has done nothing else
                if not peer.program:
                    peer.start()
                row = measure(test, peer, [service.pid for service in self.services], self.folder, self.chosen.scale)
            mark = " (disturbed)" if row["disturbed"] else ""
            print(f"{test.name:20} {peer.name:14} {shown(row['value']):>8} {test.unit:10} p50 {row['p50_us']:8.0f} µs "
                  f"{row['rate']:9.0f} /s{mark}", flush=True)
            if not row["disturbed"] or attempt == TRIES - 1:
                self.rows.append({name: value for name, value in row.items() if name != "samples"})
                return

    def profile(self, tests):
        """Shares of perf's samples, times what a unit costs; perf's own cost is in it."""
        rows = [["test", "peer", "unit", "all", *PARTS, "others"]]
        for test in tests:
            for peer in self.peers_of(test):
                if test.key not in ("cpu", "gib"):
                    continue
                with alone(self.chosen.lock):
                    if not peer.program:
                        peer.start()
                    time.sleep(CALM)
                    row = measure(test, peer, [service.pid for service in self.services], self.folder, self.chosen.scale,
                                  lambda peer: Profile(self.folder, proc.tree(peer.pids)))
                parts = row["samples"].parts()
                rows.append([test.name, peer.name, test.unit, shown(row["value"]),
                             *(shown(share * row["value"]) for share in parts.values())])
                print("\n".join([f"{test.name}, {peer.name}:", *row["samples"].hottest()]), flush=True)
        print("\n" + columns(rows))

    def stop(self):
        for program in [*self.peers.values(), *self.services]:
            program.stop()


def finish(bench, chosen, tests, facts):
    lines = report.lines_of(tests, bench.rows)
    print("\n" + report.table(lines))
    folder = pathlib.Path(chosen.results or (ROOT / "bench/results" if chosen.whole else ROOT / "build/bench"))
    picture = report.write(folder.resolve(), facts, tests, bench.rows)
    if chosen.whole and not chosen.results:
        report.show_in(ROOT / "README.md", picture, facts)
        report.tabulate_in(ROOT / "docs/performance.md", lines, facts)
    missed = report.missed(lines)
    print(f"\n{len(lines) - len(missed)} of {len(lines)} bars met" + (f"; MISSED: {', '.join(missed)}" if missed else ""))
    print(f"written: {picture.with_suffix('')}.txt, .json, .svg")


def main():
    chosen = options()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    tests = [test for test in TESTS if re.search(chosen.only, test.name)]
    with tempfile.TemporaryDirectory(prefix="postern-bench-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        facts = about(chosen)
        print("\n".join(f"{key}: {value}" for key, value in facts.items()), flush=True)
        bench = Bench(chosen, folder)
        try:
            bench.profile(tests) if chosen.profile else bench.run(tests)
        finally:
            bench.stop()
        if not chosen.profile:
            finish(bench, chosen, tests, facts)


if __name__ == "__main__":
    sys.exit(main())
