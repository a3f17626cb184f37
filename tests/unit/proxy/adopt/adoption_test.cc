#include "proxy/adopt/adoption.h"

#include "tests/unit/proxy/adopt/adoption_fixture.h"

namespace postern::adopt::test {
namespace {

using config::ResourceType;

TEST_F(AdoptionTest, every_worker_gets_the_snapshot_and_a_socket_of_its_own) {
  EXPECT_EQ(settled(first()).state, State::Active);
  EXPECT_EQ(workers_[0].prepared(), workers_[1].prepared());
  EXPECT_EQ(workers_[0].prepared(), adoption_.current());
  ASSERT_EQ(workers_[0].open().size(), 1U);
  ASSERT_EQ(workers_[1].open().size(), 1U);
  const net::ListeningSocket& one = workers_[0].open()[0].socket;
  const net::ListeningSocket& two = workers_[1].open()[0].socket;
  EXPECT_NE(one.fd(), two.fd());
  EXPECT_EQ(one.local(), two.local());
  EXPECT_EQ(adoption_.version(), "v1");
  EXPECT_EQ(adoption_.held().size(), 3U);
  EXPECT_EQ(adoption_.resource({ResourceType::Server, "a"})->version, "1");
  EXPECT_EQ(adoption_.resource({ResourceType::Server, "b"}), nullptr);
}

TEST_F(AdoptionTest, an_update_is_active_when_the_last_worker_has_it_and_not_before) {
  const Said said = apply(first());
  workers_[0].take_all();
  tasks_.run();
  EXPECT_TRUE(said->empty());
  EXPECT_EQ(adoption_.current(), nullptr);
  workers_[1].take_all();
  tasks_.run();
  ASSERT_EQ(said->size(), 1U);
  EXPECT_EQ(said->front().state, State::Active);
  EXPECT_NE(adoption_.current(), nullptr);
}

TEST_F(AdoptionTest, an_update_that_comes_meanwhile_waits_for_its_turn) {
  const Said one = apply(first());
  const Said two = apply(only(resource("a", "2", server_with("ns/k"))));
  EXPECT_EQ(workers_[0].waiting(), 1U);
  EXPECT_EQ(adoption_.version(), "v1");
  settle();
  EXPECT_EQ(one->size(), 1U);
  EXPECT_EQ(two->size(), 1U);
  EXPECT_EQ(adoption_.version(), "v2");
}

TEST_F(AdoptionTest, an_open_port_is_not_opened_again) {
  (void)settled(first());
  (void)settled(only(resource("a", "2", server_with("ns/k"))));
  EXPECT_TRUE(workers_[0].taken().back().opened.empty());
  EXPECT_EQ(adoption_.listeners().size(), 1U);
}

TEST_F(AdoptionTest, a_removed_port_is_closed_by_every_worker) {
  (void)settled(first());
  EXPECT_EQ(settled(without({ResourceType::Listener, "0"})).state, State::Active);
  EXPECT_TRUE(workers_[0].open().empty());
  EXPECT_TRUE(workers_[1].open().empty());
  EXPECT_TRUE(adoption_.listeners().empty());
  EXPECT_EQ(workers_[0].prepared()->snapshot->listener(0), nullptr);
}

TEST_F(AdoptionTest, removals_take_effect_when_the_upserts_of_their_update_are_active) {
  Update both = first();
  both.upserts.push_back(resource("b", "1", server_with("ns/k")));
  both.upserts.push_back(resource("a/box", "1", endpoints_at("192.0.2.1")));
  (void)settled(std::move(both));
  const Said said = apply(
      {"v2",
       {resource("0", "2", listener_of({"b"})), resource("b/box", "1", endpoints_at("192.0.2.2"))},
       {{ResourceType::Server, "a"}, {ResourceType::Endpoints, "a/box"}},
       false});
  for (FakeWorker& worker : workers_) worker.take_all();
  EXPECT_NE(workers_[0].prepared()->snapshot->server("a"), nullptr);
  EXPECT_NE(workers_[0].endpoints("a/box"), nullptr);
  EXPECT_NE(workers_[0].endpoints("b/box"), nullptr);
  tasks_.run();
  EXPECT_EQ(said->size(), 1U);
  settle();
  EXPECT_EQ(workers_[0].prepared()->snapshot->server("a"), nullptr);
  EXPECT_EQ(workers_[0].endpoints("a/box"), nullptr);
  EXPECT_EQ(workers_[1].prepared(), adoption_.current());
  EXPECT_EQ(said->size(), 1U);
}

TEST_F(AdoptionTest, endpoints_alone_are_a_message_and_no_new_snapshot) {
  (void)settled(first());
  const auto before = adoption_.current();
  const Outcome outcome = settled(only(resource("a/box", "1", endpoints_at("192.0.2.1")), "v7"));
  EXPECT_EQ(outcome.state, State::Active);
  EXPECT_EQ(workers_[1].taken().back().prepared, nullptr);
  ASSERT_NE(workers_[1].endpoints("a/box"), nullptr);
  EXPECT_EQ(adoption_.current(), before);
  EXPECT_EQ(adoption_.version(), "v7");
  EXPECT_EQ(adoption_.resource({ResourceType::Endpoints, "a/box"})->version, "1");
  (void)settled(without({ResourceType::Endpoints, "a/box"}));
  EXPECT_EQ(workers_[1].endpoints("a/box"), nullptr);
}

TEST_F(AdoptionTest, an_update_without_news_is_active_at_once) {
  (void)settled(first());
  const Said said = apply({"v2", {}, {}, false});
  ASSERT_EQ(said->size(), 1U);
  EXPECT_EQ(said->front().state, State::Active);
  EXPECT_EQ(adoption_.version(), "v2");
  EXPECT_EQ(workers_[0].waiting(), 0U);
}

TEST_F(AdoptionTest, the_first_update_makes_a_snapshot_even_if_it_is_empty) {
  EXPECT_EQ(settled({"v0", {}, {}, true}).state, State::Active);
  EXPECT_NE(adoption_.current(), nullptr);
}

TEST_F(AdoptionTest, a_refused_resource_leaves_the_running_one_in_what_is_held) {
  (void)settled(first());
  const Outcome outcome = settled(only(secret("ns/k", "2", bad_pair())));
  EXPECT_EQ(outcome.state, State::Rejected);
  for (const HeldResource& held : adoption_.held()) EXPECT_EQ(held.version, "1");
}

TEST_F(AdoptionTest, an_update_of_which_a_part_is_in_force_is_partially_active) {
  const Outcome outcome =
      settled({"v1",
               {secret("ns/k", "1", bad_pair()), secret("ns/l", "1", good_pair("b.example"))},
               {},
               false});
  EXPECT_EQ(outcome.state, State::PartiallyActive);
}

TEST_F(AdoptionTest, a_full_state_drops_what_it_does_not_name) {
  (void)settled(first());
  (void)settled({"v2", {}, {}, true});
  EXPECT_TRUE(adoption_.held().empty());
}

TEST_F(AdoptionTest, a_full_state_drops_what_waits_too) {
  (void)settled({"v1", {resource("a", "1", server_with("ns/k"))}, {}, false});
  (void)settled({"v2", {secret("ns/l", "1", good_pair("x"))}, {}, true});
  (void)settled(only(secret("ns/k", "1", good_pair("a.example"))));
  EXPECT_EQ(adoption_.resource({ResourceType::Server, "a"}), nullptr);
}

TEST_F(AdoptionTest, an_update_is_corrected_when_what_it_missed_has_come) {
  const Said said =
      apply({"v1",
             {resource("a", "1", server_with("ns/k")), resource("0", "1", listener_of({"a"}))},
             {},
             false});
  settle();
  ASSERT_EQ(said->size(), 1U);
  EXPECT_EQ(said->back().state, State::Rejected);
  (void)settled(only(secret("ns/k", "1", good_pair("a.example"))));
  ASSERT_EQ(said->size(), 2U);
  EXPECT_EQ(said->back().state, State::Active);
  EXPECT_TRUE(said->back().errors.empty());
}

TEST_F(AdoptionTest, an_error_that_something_newer_was_said_of_is_not_taken_back) {
  const Said said = apply({"v1", {resource("a", "1", server_with("ns/k"))}, {}, false});
  settle();
  (void)settled(only(resource("a", "2", server_with("ns/l"))));
  (void)settled(only(secret("ns/l", "1", good_pair("a.example"))));
  EXPECT_EQ(said->size(), 1U);
  EXPECT_EQ(adoption_.resource({ResourceType::Server, "a"})->version, "2");
}

TEST_F(AdoptionTest, a_worker_that_is_silent_is_told_once) {
  (void)apply(first());
  workers_[0].take_all();
  pass(Duration{1900});
  EXPECT_EQ(log_.count("workers do not take the configuration"), 0U);
  pass(Duration{1200});
  EXPECT_EQ(log_.count("workers do not take the configuration"), 1U);
  EXPECT_EQ(log_.count("detail=1"), 1U);
  for (int i = 0; i < 10; ++i) pass(Duration{1000});
  EXPECT_EQ(log_.count("workers do not take the configuration"), 1U);
}

TEST_F(AdoptionTest, goes_through_its_steps_in_order) {
  (void)settled(first());
  EXPECT_EQ(steps_, (std::vector<ChangeStep>(std::begin(kChangeSteps), std::end(kChangeSteps))));
  for (const ChangeStep step : kChangeSteps) EXPECT_FALSE(name_of(step).empty());
}

TEST_F(AdoptionTest, counts_what_it_did) {
  Update update = first();
  update.upserts.push_back(resource("a/box", "1", endpoints_at("192.0.2.1")));
  (void)settled(std::move(update));
  (void)settled(only(secret("ns/k", "2", bad_pair())));
  const std::string text = metrics_.text();
  for (const char* line :
       {"postern_adoptions_total{result=\"active\"} 1", "postern_snapshots_alive 1",
        "postern_adoptions_total{result=\"rejected\"} 1", "postern_listeners_bound 1",
        "postern_adoptions_total{result=\"partially_active\"} 0",
        "postern_config_resources{type=\"secret\"} 1",
        "postern_config_resources{type=\"endpoints\"} 1",
        "postern_config_resources{type=\"backend\"} 0"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
  }
}

TEST_F(AdoptionTest, keeps_no_more_snapshots_than_somebody_holds) {
  (void)settled(first());
  std::vector<std::shared_ptr<const net::Prepared>> visits;
  for (int i = 0; i < 1000; ++i) {
    (void)settled(only(resource("a", "v" + std::to_string(i), server_with("ns/k"))));
    workers_[0].forget();
    workers_[1].forget();
    if (i % 100 == 0) visits.push_back(adoption_.current());
    EXPECT_LE(adoption_.alive(), visits.size() + 2);
  }
  EXPECT_EQ(adoption_.alive(), visits.size() + 1);
  visits.clear();
  EXPECT_GT(adoption_.alive(), 1U) << "nobody but the control thread frees a snapshot";
  pass(Duration{1000});
  EXPECT_EQ(adoption_.alive(), 1U);
}

TEST_F(AdoptionTest, what_is_posted_when_it_has_ended_does_nothing) {
  {
    FakeWorker worker;
    Adoption short_lived(
        Binding{{loopback()}, 0}, {worker.hand()},
        {log_, metrics_, clock_, [this](Duration after, std::function<void()> task) {
           tasks_.post(after, std::move(task));
         }});
    short_lived.apply(first(), [](const Outcome&) {});
    worker.take_all();
  }
  pass(Duration{10'000});
}

}  // namespace
}  // namespace postern::adopt::test
