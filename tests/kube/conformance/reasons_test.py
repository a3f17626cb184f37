"""The page of reasons, the source, and the cases agree: what is told has a case, and what the source
says stands on the page."""
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tests/e2e"), str(ROOT / "tests/kube")]

from conformance import reasons  # noqa: E402
from conformance.case import all_cases  # noqa: E402

WORD = re.compile(r'"([A-Z][a-z]+(?:[A-Z]+[a-z]*)*)"')
# What is written as reasons are and is none: codes of refusals, words of Events and of the log.
OTHERS = {"BadCertificate", "Internal", "LimitExceeded", "MissingDependency", "Unsupported",
          "Build", "CertificateInvalid", "Program", "Rejected", "Members", "Opaque", "OtherClass",
          "InvalidField",  # conditions call it Invalid
          "Listener"}      # where the reasons of listeners belong


def words_in_source():
    return {word for folder in ("build", "status")
            for file in (ROOT / "controller" / folder).glob("*.cc")
            for word in WORD.findall(file.read_text())}


def words_of_the_api():
    """Values of fields, and what the schema says of them."""
    return {word for file in (ROOT / "deploy/crds").glob("*.yaml")
            for word in re.findall(r"\b[A-Z]\w+", file.read_text())}


class Reasons(unittest.TestCase):
    def setUp(self):
        self.rows = reasons.rows()
        self.claims = reasons.claims(all_cases())

    def test_what_is_told_has_a_case(self):
        missing = [row[:4] for row in self.rows
                   if row.needs_a_case and not any(row.fits(claim) for claim in self.claims)]
        self.assertEqual([], missing)

    def test_cases_want_nothing_that_is_not_told(self):
        told = [row for row in self.rows if row.is_told]
        self.assertEqual([], sorted(claim for claim in self.claims
                                    if not any(row.fits(claim) for row in told)))

    def test_what_has_an_excuse_has_no_case(self):
        excused = [row for row in self.rows if row.answer.startswith(reasons.UNSHOWN)]
        self.assertEqual([], [row for row in excused
                              if any(row.fits(claim) for claim in self.claims)])

    def test_what_the_source_says_stands_on_the_page(self):
        known = {row.reason for row in self.rows if row.is_told}
        known |= {row.condition for row in self.rows}
        self.assertEqual([], sorted(words_in_source() - known - words_of_the_api() - OTHERS))

    def test_what_stands_on_the_page_is_said_by_the_source(self):
        told = {row.reason for row in self.rows if row.is_told} - {reasons.ANY}
        self.assertEqual([], sorted(told - words_in_source()))


if __name__ == "__main__":
    unittest.main()
