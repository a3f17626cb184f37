"""The second implementation of placement against the vectors of docs/placement.md."""
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from lib import placement  # noqa: E402

PAGE = pathlib.Path(__file__).resolve().parents[3] / "docs/placement.md"
SEED = placement.seed("default", "mail", "hosting")


def rows(heading):
    section = PAGE.read_text().split(f"### {heading}\n", 1)[1].split("\n#", 1)[0]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")]
            for line in section.splitlines() if line.startswith("| `")]


class Vectors(unittest.TestCase):
    def test_logarithms(self):
        for number, logarithm in rows("Logarithms"):
            self.assertEqual(int(logarithm), placement.minus_log2(int(number, 16)))

    def test_five_equal_members(self):
        members = {f"dovecot-{i}": 1 for i in range(5)}
        for name, number, order in rows("Five equal members"):
            self.assertEqual(int(number, 16),
                             placement.siphash(SEED, b"dovecot-0\0" + name.encode()))
            self.assertEqual(order.split(), placement.order(SEED, members, name))

    def test_weights(self):
        for name, order in rows("Weights"):
            self.assertEqual(order.split(),
                             placement.order(SEED, {"old": 3, "new": 1, "spare": 0}, name))

    def test_shares(self):
        found = rows("Shares")
        self.assertEqual(8, len(found))
        for name, thirty, fifty in found:
            self.assertEqual(thirty, placement.share(SEED, {"v23": 70, "v24": 30}, name))
            self.assertEqual(fifty, placement.share(SEED, {"v23": 50, "v24": 50}, name))


if __name__ == "__main__":
    unittest.main()
