"""The one machine of a cluster: its addresses are of ranges for documentation and benchmarks."""
import subprocess

# An EndpointSlice takes no loopback address: backends of tests have others of this network.
ADDRESS = "192.0.2.10"
SERVICES = "198.18.0.0/20"
FIRST_SERVICE = "198.18.0.1"  # of the API server itself
PODS = "198.18.16.0/24"
DEVICE = "node"


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)


def is_ours():
    """A namespace with nothing but lo, or one that has the device already; never the host's own."""
    done = subprocess.run(["ip", "-brief", "link"], capture_output=True, text=True, check=True)
    names = {line.split()[0].split("@")[0] for line in done.stdout.splitlines()}
    return names <= {"lo", "tunl0", "sit0", "ip6tnl0", DEVICE}


def prepare():
    """Gives this network namespace the address of a node and a way out that leads nowhere."""
    if not is_ours():
        raise RuntimeError("this is no network namespace of its own: use tests/kube/ground or box")
    ip("link", "set", "lo", "up")
    done = subprocess.run(["ip", "link", "show", DEVICE], capture_output=True, check=False)
    if done.returncode:
        ip("link", "add", DEVICE, "type", "bridge")
        ip("address", "add", f"{ADDRESS}/24", "dev", DEVICE)
        ip("link", "set", DEVICE, "up")
        ip("route", "add", "default", "dev", DEVICE)


def add_address(address):
    """A further address of this machine, for a backend of its own."""
    ip("address", "add", f"{address}/24", "dev", DEVICE)
