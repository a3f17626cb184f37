"""Asking until it is so: what another process does takes as long as it takes, and no longer."""
import threading
import time


def until(holds, seconds=20, what="it", every=0.02):
    """What `holds` gave when it was true; fails when that takes longer."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not (given := holds()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} was not so within {seconds} s")
        pause.wait(every)
    return given
