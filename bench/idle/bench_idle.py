"""What idle connections weigh, by part. The bare server (same library, no proxy) shows what TLS costs by itself: what its
connections weigh more inside TLS than in clear is libssl's. The kernel's part is the growth of its caches, less what the
guests' and the mail servers' own sockets need, which the bare server shows too."""
import os
import pathlib
import resource
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "speed"))

import peers  # noqa: E402
import proc  # noqa: E402
from figures import columns  # noqa: E402
from programs import Failed, Guests  # noqa: E402
from tests import idle  # noqa: E402

SESSIONS = int(os.environ.get("SESSIONS", "9000"))
CALM = 2.0  # seconds until nothing moves any more
OURS = ("proc_inode_cache",)  # grows because we look
SHOWN = 6  # caches of the kernel, the largest


class Held:
    """What grew while the connections came, KiB a connection."""

    def __init__(self, peer, test, folder):
        guests = Guests(folder, test.script, address=peer.address, port=test.port, **{**test.flags, "count": SESSIONS})
        try:
            guests.hear("warm")
            time.sleep(CALM)
            before, caches = proc.own_kib(peer.pids), proc.slabs()
            guests.go_on()
            told = guests.hear("end")
            if told["errors"]:
                raise Failed(str(told["first_error"]))
            time.sleep(CALM)
            self.memory = (proc.own_kib(peer.pids) - before) / SESSIONS
            self.caches = {name: (now - caches.get(name, 0)) / SESSIONS for name, now in proc.slabs().items()}
            guests.go_on()
            guests.hear("closed")
            time.sleep(CALM)
            self.kept = (proc.own_kib(peer.pids) - before) / 1024
        finally:
            guests.stop()


def hold(kind, needs, folder, pairs, address):
    peer = kind(folder, pairs, address).start()
    try:
        return Held(peer, idle("idle", "", 0, needs), folder)
    finally:
        peer.stop()


def kernel_part(proxied, bare):
    """{cache: KiB} of the proxy's own two sockets."""
    grown = {name: kib - bare.caches.get(name, 0) for name, kib in proxied.caches.items()}
    return {name: kib for name, kib in grown.items() if kib > 0.02 and name not in OURS}


def show(found):
    rows = [["KiB a connection", "in clear", "TLS"]]
    plain, tls = found["postern", "plain"], found["postern", "tls"]
    libssl = found["bare", "tls"].memory - found["bare", "plain"].memory
    kernel = {way: kernel_part(found["postern", way], found["bare", way]) for way in ("plain", "tls")}
    rows += [["ours", f"{plain.memory:.2f}", f"{tls.memory - libssl:.2f}"], ["libssl", "–", f"{libssl:.2f}"],
             ["the program", f"{plain.memory:.2f}", f"{tls.memory:.2f}"],
             ["kernel, two sockets", *(f"{sum(kernel[way].values()):.2f}" for way in ("plain", "tls"))]]
    for name in sorted(kernel["plain"], key=kernel["plain"].get, reverse=True)[:SHOWN]:
        rows.append([f"  {name}", *(f"{kernel[way].get(name, 0):.2f}" for way in ("plain", "tls"))])
    rows.append(["MiB kept after all have left", f"{plain.kept:.1f}", f"{tls.kept:.1f}"])
    print(columns(rows))


def main():
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(f"{SESSIONS} connections, logged in and in IDLE; {peers.Postern.version()}", flush=True)
    with tempfile.TemporaryDirectory(prefix="postern-bench-") as name:
        folder = pathlib.Path(name)
        pairs = peers.make_pairs(folder)
        services = peers.start_services(folder)
        try:
            found = {(word, way): hold(kind, way, folder, pairs, f"127.0.2.{number + 1}")
                     for number, (word, kind) in enumerate({"postern": peers.Postern, "bare": peers.BareTls}.items())
                     for way in ("plain", "tls")}
        finally:
            for service in services:
                service.stop()
    show(found)


if __name__ == "__main__":
    main()
