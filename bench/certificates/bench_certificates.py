"""Many certificates: how long a proxy takes until it serves them, what they weigh, and what a login costs then. 16 to a
MailServer, as many as one may have."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import proc
from figures import columns
from lib.admin import metric
from lib.manifests import addresses, mail_server, tls_secret
from lib.split import CONTROLLER_ADMIN, Split
from peers import write_manifests
from programs import MAIL_LOAD, Failed, Guests, serve
from scripts import LOGIN, LOGOUT, section

COUNT = int(os.environ.get("COUNT", "10000"))
EACH = 16  # certificates of a MailServer
USED = min(COUNT - 1, int(os.environ.get("USED", "2000")))  # names that are then asked for, each once
BARS = {"MiB": 32.0, "seconds": 1.0}


def documents(keys, numbers):
    """A MailServer with a certificate for each of its names, and their Secrets."""
    for number in numbers:
        pair = [keys / f"{number}.pem", keys / f"{number}.key"]
        yield tls_secret(f"tls-{number}", pair, pair[0])
    server = mail_server(f"server-{numbers[0]}", [addresses("box", {"one": "127.0.0.11"}, tls={"mode": "Disabled"})],
                         hostnames=[f"mail-{number}.example" for number in numbers])
    server["spec"]["tls"]["certificateRefs"] = [{"name": f"tls-{number}"} for number in numbers]
    yield server


def write_world(folder, keys, count):
    for first in range(0, count, EACH):
        numbers = range(first, min(count, first + EACH))
        write_manifests(folder, documents(keys, numbers), f"server-{first}.json")


def handshakes(folder):
    """Each name once, each with a certificate that was not loaded before."""
    guests = Guests(folder, section("open", ["tls mail-{key}.example"], LOGIN, LOGOUT), port=993, places=16, count=USED)
    try:
        guests.hear("warm")
        guests.go_on()
        told = guests.hear("end")
        guests.go_on()
        guests.hear("closed")
        return told
    finally:
        guests.stop()


def proxy_with(folder, keys, count):
    """(seconds of the controller, seconds of the proxy, MiB, MiB after use, what the guests were told)"""
    world = folder / f"manifests-{count}"
    write_world(world, keys, count)
    (folder / str(count)).mkdir()
    split = Split(folder / str(count), world)
    try:
        began = time.monotonic()
        split.start_controller("--log-level", "warning", "--status-dir", "none")
        read = time.monotonic() - began
        began = time.monotonic()
        proxy = split.start_proxy(0, "--workers", "2", "--log-level", "warning", wait=False)
        proxy.wait_for("ready:", 120)
        ready = time.monotonic() - began
        refused = (count + EACH - 1) // EACH - metric("postern_mailservers_served", CONTROLLER_ADMIN)
        if refused:
            raise Failed(f"{refused:.0f} MailServers are not served\n{split.controller.output()}")
        memory = proc.pss_kib([proxy.pid]) / 1024
        told = handshakes(folder) if count == COUNT else None
        return read, ready, memory, proc.pss_kib([proxy.pid]) / 1024, told
    finally:
        split.stop()


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="postern-bench-"))
    try:
        show(*measure(folder, folder / "keys"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # what is mounted in it goes with the namespace


def measure(folder, keys):
    keys.mkdir()
    print(f"making {COUNT} certificates …", flush=True)
    subprocess.run([str(MAIL_LOAD), "certificates", str(COUNT), str(keys)], check=True)
    mail = serve(folder, "mail", "--mail", "127.0.0.11:143")
    try:
        return proxy_with(folder, keys, 1), proxy_with(folder, keys, COUNT)
    finally:
        mail.stop()


def show(one, many):
    weigh = many[2] - one[2]
    rows = [["", "1 certificate", f"{COUNT} certificates"],
            ["controller ready after, s", f"{one[0]:.2f}", f"{many[0]:.2f}"],
            ["proxy ready after, s", f"{one[1]:.2f}", f"{many[1]:.2f}"], ["proxy, MiB", f"{one[2]:.1f}", f"{many[2]:.1f}"],
            [f"proxy when {USED} have been used, MiB", "–", f"{many[3]:.1f}"],
            ["first handshake with each, p50 ms", "–", f"{many[4]['p50_us'] / 1000:.1f}"]]
    print(columns(rows))
    for what, value, bar in (("certificates and their MailServers, MiB", weigh, BARS["MiB"]),
                             ("ready, s", many[1], BARS["seconds"])):
        print(f"bar {what}: {value:.2f} of {bar:g}: {'met' if value <= bar else 'MISSED'}")
    if many[4]["errors"]:
        print(f"ERRORS: {many[4]['errors']}: {many[4]['first_error']}")


if __name__ == "__main__":
    main()
