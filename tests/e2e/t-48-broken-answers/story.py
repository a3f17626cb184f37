"""Answers of the API server are cut, old, empty, slow or in single octets: what is not whole is not
believed, and nothing is taken away because of it."""
from lib.cluster_world import Users
from lib.story import main
from lib.trouble import KINDS, TroubleStory, moved


class BrokenAnswers(TroubleStory):
    def in_trouble(self, words, streaming="yes"):
        """Everything is forgotten, so all of it is read again while the faults last."""
        with Users() as users:
            self.api.order("streaming", how=streaming)
            self.api.order("compact")
            self.api.order("interrupt", how="gone")
            users.crowd.wait_for_more(100)
            back = moved(self.world, users, 30)
        self.api.order("streaming", how="yes")
        self.judge(users, f"{words} (in force {back:.1f} s after)")

    def test_1_streamed_lists_are_cut(self):
        for plural in KINDS:
            self.api.fault("cut", plural=plural, verb="watch")
        self.in_trouble("streamed lists cut")

    def test_2_lists_are_cut(self):
        for plural in KINDS:
            self.api.fault("cut", plural=plural, verb="list")
        self.in_trouble("lists cut", "no")

    def test_3_lists_are_old(self):
        for plural in KINDS:
            self.api.fault("old-revision", plural=plural, verb="list", octets=12)
        self.in_trouble("lists of another day", "late")

    def test_4_watches_end_at_once_with_nothing(self):
        self.api.fault("end", verb="watch", times=2 * len(KINDS))
        self.in_trouble("empty watches", "no")
        asked = len(self.asked("watch"))
        self.assertLess(asked, 20 * len(KINDS), "no busy loop")

    def test_5_every_octet_comes_alone(self):
        self.api.fault("fragments", times=-1, octets=1)
        self.in_trouble("octet by octet")

    def test_6_it_speaks_no_json(self):
        for plural in KINDS:
            self.api.fault("garbage", plural=plural)
        self.in_trouble("no JSON")

    def test_7_it_is_throttled(self):
        for plural in KINDS:
            self.api.fault("status", plural=plural, code=429, reason="TooManyRequests",
                           retryAfter=1)
        self.in_trouble("429")


if __name__ == "__main__":
    main()
