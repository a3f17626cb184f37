"""The API server is stopped, loses its store, forgets, and takes another token: nobody who reads
mail notices, nothing is taken away, and changes come again as soon as they can."""
from lib.admin import resources
from lib.cluster_world import Users
from lib.story import main
from lib.trouble import KINDS, TroubleStory, moved


class ApiServerInTrouble(TroubleStory):
    def test_1_it_is_stopped_for_a_while(self):
        with Users() as users:
            moved(self.world, users)
            self.api.order("door", open=False)
            users.crowd.wait_for_more(2000)
            self.assertEqual(self.held, set(resources()))
            self.api.order("door", open=True)
            back = moved(self.world, users)
        self.judge(users, f"stopped and back (a change in force {back:.1f} s after)")

    def test_2_its_store_is_started_again(self):
        """Every request fails, watches break off, and what was before is forgotten."""
        with Users() as users:
            self.api.fault("status", code=500, message="etcdserver: leader changed", times=-1,
                           user="controller")
            self.api.order("interrupt", how="cut")
            users.crowd.wait_for_more(1000)
            self.world.move()
            self.api.order("compact")
            self.api.order("forgive")
            back = moved(self.world, users)
        self.judge(users, f"store started again (in force {back:.1f} s after)")

    def test_3_it_says_gone_and_gone_again(self):
        with Users() as users:
            for _ in range(2):
                self.api.order("interrupt", how="gone")
                users.crowd.wait_for_more(100)
                self.world.move()
            self.api.fault("status", code=410, reason="Expired", verb="list", times=3)
            self.api.fault("error-event", code=410, reason="Expired", verb="watch",
                           times=len(KINDS))
            self.api.order("compact")
            self.api.order("interrupt", how="gone")
            back = moved(self.world, users, 40)
        asked = len(self.asked("list", "watch"))
        self.judge(users, f"410 again and again (in force {back:.1f} s after, {asked} lists and "
                          "watches)")
        self.assertLess(asked, 20 * len(KINDS), "no busy loop")

    def test_4_the_token_is_another_one(self):
        with Users() as users:
            self.api.rotate("controller", "the-second-token")
            self.api.order("interrupt", how="cut")
            back = moved(self.world, users)
        refused = [one for one in self.api.seen(self.seen) if one["code"] == 401]
        self.judge(users, f"another token (in force {back:.1f} s after, {len(refused)} requests "
                          "refused)")
        said = "\n".join(self.controller.lines)
        self.assertNotIn("token-of-controller", said)
        self.assertNotIn("the-second-token", said)

    def test_5_it_is_away_when_the_controller_starts(self):
        with Users() as users:
            self.api.order("door", open=False)
            self.controller.stop()
            type(self).controller = self.programs.start_controller("a", self.config, wait=False)
            users.crowd.wait_for_more(1500)
            self.assertEqual(self.held, set(resources()),
                             "nothing is sent by who knows nothing")
            self.api.order("door", open=True)
            self.controller.wait_for("ready:")
            back = moved(self.world, users)
        self.judge(users, f"away at the start (in force {back:.1f} s after)")


if __name__ == "__main__":
    main()
