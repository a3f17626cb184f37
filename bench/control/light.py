"""Light proxies (bench/streams): they have a stream each as real ones do, take all that they are told, and serve
nobody. So a controller may have a hundred of them on one machine."""
import json

from programs import POSTERN, Program


class Light:
    def __init__(self, folder, certs, controller, count):
        self.count = count
        self.program = Program(folder, "streams", [
            POSTERN.parent / "streams", "--controller", controller, "--certs", certs, "--count", count])

    def wait_until_served(self, seconds=300):
        self.program.wait_for("all have everything", seconds)

    @property
    def pid(self):
        return self.program.pid

    def stop(self):
        """Updates that came, streams that were begun, and octets, of all together."""
        said = self.program.stop().strip().splitlines()
        return json.loads(said[-1]) if said and said[-1].startswith("{") else {}
