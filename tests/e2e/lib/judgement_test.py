"""What a judge of logins finds: tests of the tests."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from lib.judgement import Judge, State, Verdict  # noqa: E402

STATES = [State(0, 0, {"one"}, "red"), State(10, 12, {"two", "three"}, "red"),
          State(20, 22, {"two"}, "blue")]


class Judgement(unittest.TestCase):
    def judge(self, began, ended, server, certificate="red", failure=None):
        verdict = Verdict(2, 1)
        login = {"user": "ann", "began": began, "ended": ended, "server": server,
                 "certificate": certificate, "failure": failure}
        Judge(STATES).judge(login, verdict)
        return len(verdict.failed), len(verdict.astray), verdict.sure

    def test_between_two_changes_only_what_is_in_force_counts(self):
        self.assertEqual((0, 0, 1), self.judge(13, 14, "three"))
        self.assertEqual((0, 1, 1), self.judge(13, 14, "one"))
        self.assertEqual((0, 1, 1), self.judge(23, 24, "three", "blue"))

    def test_while_a_change_spreads_both_may_be_met(self):
        self.assertEqual((0, 0, 0), self.judge(11, 11.5, "one"))
        self.assertEqual((0, 0, 0), self.judge(11, 11.5, "two"))
        self.assertEqual((0, 0, 0), self.judge(9, 30, "two", "blue"))

    def test_a_certificate_of_before_is_no_longer_shown(self):
        self.assertEqual((0, 0, 0), self.judge(21, 21.5, "two"))
        self.assertEqual((0, 1, 1), self.judge(23, 24, "two"))

    def test_who_is_not_let_in_failed(self):
        self.assertEqual((1, 0, 0), self.judge(13, 14, None, failure="reset"))


if __name__ == "__main__":
    unittest.main()
