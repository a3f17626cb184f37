"""Each condition and reason, at an API server that is played: the same files as at a real one."""
from conformance.case import all_cases
from conformance.suite import Suite, report
from lib.cluster_story import ClusterStory
from lib.scripted_proxies import ScriptedProxies
from lib.story import main


class Conformance(ClusterStory):
    @classmethod
    def set_up_story(cls):
        api = cls.prepare()
        cls.suite = Suite(api.connect, cls.authority)
        cls.addClassCleanup(cls.suite.stop)
        cls.suite.name_class()
        cls.programs.start_controller("a", api.kubeconfig("controller"))

    def judge(self, stage):
        self.assertEqual([], report(self.suite.run(
            case for case in all_cases() if case.stage == stage)))

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


if __name__ == "__main__":
    main()
