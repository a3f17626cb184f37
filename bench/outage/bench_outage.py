"""What tenant B notices while the auth service of tenant A is away or silent: latency of B's logins, and
the proxy's CPU for each login of both, beside the same load with A's service well."""
import asyncio
import os
import tempfile

from lib.gate import Gate
from lib.manifests import addresses
from people import auth_service, cpu_seconds, in_a_process, login, mail_server, quantile

LOGINS = int(os.environ.get("LOGINS", "2000"))  # of each tenant
RATE = float(os.environ.get("RATE", "100"))  # a second, of each tenant
STATES = ("well", "away", "silent")


def tenant(name, port, service):
    return {"apiVersion": "postern.dev/v1alpha1", "kind": "MailServer", "metadata": {"name": name},
            "spec": {"hostnames": [f"{name}.example.test"],
                     "protocols": {"imap": {"listeners": [
                         {"port": port, "tls": "Disabled", "plaintext": "Allow"}]}},
                     "backends": [addresses("box", {"one": "127.0.0.11"}, tls={"mode": "Disabled"})],
                     "loginProtection": {"exemptCIDRs": ["127.0.0.0/8"]},
                     "authentication": {"providers": [
                         {"name": "a", "timeout": "2s",
                          "http": {"url": f"http://127.0.0.1:{service}/"}}]}}}


async def accept(_):
    return {"result": "accept"}


async def never(_):
    return None


async def visit(name, number, port, began, told):
    await asyncio.sleep(max(0, began + number / RATE - asyncio.get_running_loop().time()))
    seconds, line = await login(f"user{number}@{name}.test", "secret", port)
    told[name].append((seconds * 1000, line))


async def load():
    told, began = {"a": [], "b": []}, asyncio.get_running_loop().time() + 0.1
    await asyncio.gather(*(visit(name, number, port, began + offset, told)
                           for name, port, offset in (("a", 143, 0), ("b", 1143, 0.5 / RATE))
                           for number in range(LOGINS)))
    return told


def measure(state):
    services = in_a_process([(auth_service(accept), "127.0.0.1", 9000),
                             (auth_service(never), "127.0.0.1", 9002),
                             (mail_server, "127.0.0.11", 143)])
    port_of_a = {"well": 9000, "away": 9009, "silent": 9002}[state]
    with tempfile.TemporaryDirectory() as folder:
        gate = Gate(folder)
        gate.write("mail.json", tenant("a", 143, port_of_a), tenant("b", 1143, 9000))
        gate.start()
        gate.settle("a", "b")
        before = cpu_seconds(gate.pid)
        told = asyncio.run(load())
        spent = cpu_seconds(gate.pid) - before
        gate.stop()
    services.terminate()
    for _, line in told["b"]:
        assert line.startswith(b"a OK"), line
    for _, line in told["a"]:
        good = b"a OK" if state == "well" else b"a NO [UNAVAILABLE]"
        assert line.startswith(good), line
    times = [took for took, _ in told["b"]]
    print(f"| {state} | {quantile(times, 0.5):.2f} | {quantile(times, 0.95):.2f} "
          f"| {quantile(times, 0.99):.2f} | {spent / (2 * LOGINS) * 1e6:.0f} |", flush=True)


def main():
    print("| A's service | B's login p50 ms | p95 ms | p99 ms | proxy CPU a login, µs |")
    print("|---|---|---|---|---|")
    for state in STATES:
        measure(state)


if __name__ == "__main__":
    main()
