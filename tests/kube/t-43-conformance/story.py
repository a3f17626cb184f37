"""Each condition and reason at a real API server: the same files as at the one that is played."""
from cluster import node
from cluster.api import Api
from cluster.ground import NAMESPACE
from cluster.story import GroundStory, main
from conformance.case import all_cases
from conformance.suite import Suite, report
from lib.certificates import Authority
from lib.cluster_story import InCluster
from lib.scripted_proxies import ScriptedProxies


class Conformance(GroundStory):
    @classmethod
    def set_up_story(cls):
        ground = cls.ground
        cls.suite = Suite(
            lambda: Api(node.ADDRESS, 6443, ground.authority.certificate, ground.pair),
            Authority(cls.folder / "keys"))
        cls.addClassCleanup(cls.suite.stop)
        cls.suite.install_grants()
        cls.suite.name_class()
        cls.programs = InCluster(cls.folder)
        cls.addClassCleanup(cls.programs.stop)
        cls.programs.start_controller("a", ground.controller_kubeconfig(),
                                            "--lease-namespace", NAMESPACE)

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


if __name__ == "__main__":
    main()
