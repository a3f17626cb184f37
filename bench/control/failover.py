"""The leader is killed, and a second controller, which has read everything, takes its place: how soon proxies are
with it, and how soon the status of a change tells of it."""
import os
import time

import watching
from conformance.objects import path_of
from lib.gate import ADDRESS
from lib.one_address import OneAddress
from lib.split import CONTROLLER_ADMIN
from servers import KINDS

STREAM, STREAM_OF_SECOND, ADMIN_OF_SECOND = 18000, 18010, CONTROLLER_ADMIN - 1


def told(source, number):
    """The status of its last change stands in the object."""
    held = source.api().get(path_of("MailServer", source.servers.name(number))).body
    return held["metadata"]["generation"] == held.get("status", {}).get("observedGeneration")


def fail_over(source, proxies, outcome):
    source.start_controller("b")
    first = source.programs.controllers["a"]
    os.kill(first.pid, 9)
    began = time.monotonic()
    first.stop()
    service = OneAddress(ADDRESS, STREAM, [STREAM_OF_SECOND])  # has other endpoints now
    try:
        source.servers.change(KINDS[1], 0)
        source.write(0, KINDS[1].part)
        watching.wait_for(lambda: watching.active_proxies(ADMIN_OF_SECOND) >= proxies, 120, "proxies at the second")
        active = time.monotonic() - began
        watching.wait_for(lambda: told(source, 0), 120, "the status of a change")
        outcome.say(f"leader killed: {proxies} proxies are with the second controller after {active:.2f} s; a change "
                    f"made meanwhile stands in its status after {time.monotonic() - began:.1f} s")
    finally:
        service.close()
