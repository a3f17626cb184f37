"""Each condition and reason at a real API server: the same files as at the one that is played."""
from cluster import node
from cluster.api import Api
from cluster.ground import ACCOUNT, NAMESPACE
from cluster.rights import Audit
from cluster.story import GroundStory, main
from conformance.stages import Stages
from conformance.suite import Suite
from lib.certificates import Authority
from lib.cluster_story import InCluster


class Conformance(Stages, GroundStory):
    @classmethod
    def set_up_story(cls):
        ground = cls.ground
        cls.suite = Suite(
            lambda: Api(node.ADDRESS, 6443, ground.authority.certificate, ground.pair),
            Authority(cls.folder / "keys"))
        cls.addClassCleanup(cls.suite.stop)
        cls.suite.install_grants()
        cls.suite.name_class()
        cls.audit = Audit(ground.audit_log, ACCOUNT, NAMESPACE)
        cls.programs = InCluster(cls.folder)
        cls.addClassCleanup(cls.programs.stop)
        cls.programs.start_controller("a", ground.controller_kubeconfig(),
                                      "--lease-namespace", NAMESPACE)

    def test_6_nothing_that_was_asked_was_refused(self):
        self.assertTrue(self.audit.asked())
        self.assertEqual(set(), self.audit.refused())


if __name__ == "__main__":
    main()
