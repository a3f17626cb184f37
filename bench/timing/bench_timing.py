"""Can somebody tell by the clock which names exist? SAMPLES logins of an unknown user and as many with a
wrong password, in random order, through a real proxy; the service takes SLOW_MS longer to find a
password wrong. Medians, and a rank test (Mann and Whitney): |z| below 2 is what chance gives."""
import asyncio
import math
import os
import random
import statistics
import tempfile

from lib.gate import Gate
from lib.manifests import addresses
from people import auth_service, in_a_process, login

SAMPLES = int(os.environ.get("SAMPLES", "1000"))
SLOW = float(os.environ.get("SLOW_MS", "20")) / 1000
AT_ONCE = int(os.environ.get("AT_ONCE", "8"))
DELAY = os.environ.get("DELAY", "200ms")


async def decide(asked):
    if asked["user"].startswith("nobody"):
        return {"result": "refuse", "reason": "unknown_user"}
    await asyncio.sleep(SLOW)
    return {"result": "refuse", "reason": "credentials"}


def manifest(delay):
    return {"apiVersion": "postern.dev/v1alpha1", "kind": "MailServer", "metadata": {"name": "mail"},
            "spec": {"hostnames": ["mail.example.test"],
                     "protocols": {"imap": {"listeners": [
                         {"port": 143, "tls": "Disabled", "plaintext": "Allow"}]}},
                     "backends": [addresses("box", {"one": "127.0.0.11"}, tls={"mode": "Disabled"})],
                     "loginProtection": {"exemptCIDRs": ["127.0.0.0/8"], "failureDelay": delay},
                     "authentication": {"providers": [
                         {"name": "a", "http": {"url": "http://127.0.0.1:9000/"}}]}}}


def ranks(a, b):
    """z of the rank sums; ties share their rank."""
    both = sorted([(value, 0) for value in a] + [(value, 1) for value in b])
    total, at = 0.0, 0
    while at < len(both):
        end = at
        while end < len(both) and both[end][0] == both[at][0]:
            end += 1
        total += sum(1 for _, which in both[at:end] if which == 0) * (at + 1 + end) / 2
        at = end
    n, m = len(a), len(b)
    u = total - n * (n + 1) / 2
    return (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)


async def measure():
    kinds = ["nobody", "somebody"] * SAMPLES
    random.Random(1).shuffle(kinds)
    took, gate = {"nobody": [], "somebody": []}, asyncio.Semaphore(AT_ONCE)

    async def one(number, kind):
        async with gate:
            seconds, line = await login(f"{kind}{number}@example.test", "wrong")
        assert b"AUTHENTICATIONFAILED" in line, line
        took[kind].append(seconds * 1000)

    await asyncio.gather(*(one(number, kind) for number, kind in enumerate(kinds)))
    return took


def main():
    services = in_a_process([(auth_service(decide), "127.0.0.1", 9000)])
    print("| failureDelay | unknown user, median ms | wrong password, median ms | apart µs | z |")
    print("|---|---|---|---|---|")
    for delay in ("0s", DELAY):
        with tempfile.TemporaryDirectory() as folder:
            gate = Gate(folder)
            gate.write("mail.json", manifest(delay))
            gate.start()
            gate.settle()
            took = asyncio.run(measure())
            gate.stop()
        nobody, somebody = (statistics.median(took[kind]) for kind in ("nobody", "somebody"))
        print(f"| {delay} | {nobody:.3f} | {somebody:.3f} | {(somebody - nobody) * 1000:+.0f} "
              f"| {ranks(took['nobody'], took['somebody']):+.2f} |", flush=True)
    services.terminate()


if __name__ == "__main__":
    main()
