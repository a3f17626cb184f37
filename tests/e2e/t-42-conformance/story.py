"""Each condition and reason, at an API server that is played: the same files as at a real one."""
from conformance.stages import Stages
from conformance.suite import Suite
from lib.cluster_story import ClusterStory
from lib.story import main


class Conformance(Stages, ClusterStory):
    @classmethod
    def set_up_story(cls):
        api = cls.prepare()
        cls.suite = Suite(api.connect, cls.authority)
        cls.addClassCleanup(cls.suite.stop)
        cls.suite.name_class()
        cls.programs.start_controller("a", api.kubeconfig("controller"))


if __name__ == "__main__":
    main()
