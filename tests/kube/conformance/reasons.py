"""What statuses can say, as docs/compatibility.md has it, and which of it cases show."""
import itertools
import pathlib
from typing import NamedTuple

from .expectation import told

PAGE = pathlib.Path(__file__).resolve().parents[3] / "docs/compatibility.md"
HEADING = "## Conditions and reasons\n"
ANY = "that of what it needs"
UNSHOWN = "yes, and shown by no case"


class Row(NamedTuple):
    of: str         # MailServer, listener, backend, MailClass
    condition: str
    status: str
    reason: str     # ANY: what the conditions before it may have
    answer: str

    @property
    def is_told(self):
        return self.answer.startswith("yes")

    @property
    def needs_a_case(self):
        return self.answer == "yes"

    def fits(self, said):
        of, condition, status, reason = said
        return ((of, condition, status) == (self.of, self.condition, self.status)
                and self.reason in (ANY, reason))


def rows(page=PAGE):
    section = page.read_text().split(HEADING, 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][1:]
    return [Row(*(cell.strip(" `") for cell in line.strip("|").split("|", 4))) for line in lines]


def said_by(key, status):
    """All that a status says, as (of, condition, status, reason)."""
    of = "MailClass" if key[0] == "MailClass" else "MailServer"
    parts = [(of, status), *(("listener", part) for part in status.get("listeners", [])),
             *(("backend", part) for part in status.get("backends", []))]
    for whose, part in parts:
        for type_, condition in told(part.get("conditions")).items():
            yield whose, type_, condition["status"], condition["reason"]


def unknown(history):
    """What was said and stands in no row that is told."""
    known = [row for row in rows() if row.is_told]
    said = {words for key, written in history.items() for _, status in written
            for words in said_by(key, status)}
    return sorted(words for words in said if not any(row.fits(words) for row in known))


def claims(cases):
    """What cases show."""
    return set(itertools.chain.from_iterable(
        expectation.claims() for case in cases for number in case.steps()
        for expectation in case.expectations(number)))
