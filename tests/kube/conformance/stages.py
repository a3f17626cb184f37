"""What the stories of conformance do, stage by stage, whichever API server it is done at."""
from lib.scripted_proxies import ScriptedProxies

from .case import all_cases
from .suite import report


class Stages:
    """For a story that has a `suite`, and `programs` whose controller runs."""

    def judge(self, stage):
        wrong = report(self.suite.run(case for case in all_cases() if case.stage == stage))
        if wrong:
            print(self.programs.said())
        self.assertEqual([], wrong)

    def test_1_before_there_is_a_class(self):
        self.judge("no class")

    def test_2_without_proxies(self):
        self.suite.install_class()
        self.judge("no proxies")

    def test_3_with_proxies_that_answer_as_they_are_told(self):
        self.suite.proxies = ScriptedProxies(self.programs.certs / "proxy")
        self.addCleanup(self.suite.proxies.stop)
        self.judge("scripted proxies")

    def test_4_with_a_proxy(self):
        self.programs.start_proxy()
        self.judge("proxies")

    def test_5_nothing_was_told_that_the_page_of_reasons_does_not_have(self):
        self.assertEqual([], self.suite.unknown())
