"""A story on the API ground: its methods are claims, told of a real API server."""
import pathlib
import shutil
import sys
import tempfile
import unittest

from .ground import WHOLE_CLUSTER, Ground


class GroundStory(unittest.TestCase):
    maxDiff = None
    api_flags = ()
    roles_that_ship = WHOLE_CLUSTER

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="postern-"))
        cls.folder.chmod(0o755)
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        cls.ground = Ground(cls.folder / "ground")
        cls.ground.api_flags = cls.api_flags
        cls.addClassCleanup(cls.ground.stop)
        cls.ground.start().install(cls.roles_that_ship)
        cls.set_up_story()

    @classmethod
    def set_up_story(cls):
        pass

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            for name, process in self.ground.running.items():
                print(f"what {name} said last:\n" + "\n".join(process.lines[-8:]), file=sys.stderr)


def main():
    unittest.main(module="__main__", verbosity=2)
