// A proxy that starts while no controller can be reached, and one that is reached later.
#include <gtest/gtest.h>

#include "proxy/adopt/last_known_good.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/proxy/control/scripted_controller.h"

namespace postern::control {
namespace {

namespace pb = config::v1alpha1;
using config::ResourceKey;
using config::ResourceType;
using test::mk_endpoints_resource;
using test::mk_server_resource;
using test::Subscribed;
using test::UpdateWords;

class Restart : public testing::Test {
 protected:
  [[nodiscard]] control::SubscriberSettings settings() const {
    control::SubscriberSettings settings = Subscribed::usual();
    settings.state_dir = state_;
    settings.keeping.between_writes = Duration(0);
    return settings;
  }
  // A process that was told this, and ended well.
  void live_through(const UpdateWords& words) const {
    Subscribed rig(settings());
    const auto call = rig.begin();
    call->say(words);
    static_cast<void>(Subscribed::result_of(*call));
    rig.settle();
    rig.subscriber->stop();
  }

  test::TemporaryFolder folder_;
  const std::string state_ = folder_ / "state";
};

TEST_F(Restart, serves_what_was_in_force_before_anybody_is_asked) {
  const config::Resource a = mk_server_resource("a");
  const config::Resource mailbox = mk_endpoints_resource("mailbox", 3);
  live_through(UpdateWords("1").upsert(a).upsert(mailbox).revision("mailservers", 9));

  Subscribed rig(settings());
  rig.subscriber->start();
  const auto [call, hello] = rig.accept();
  EXPECT_EQ(hello.origin(), pb::CONFIG_ORIGIN_DISK);
  EXPECT_EQ(hello.applied_version(), "whole-1");
  ASSERT_EQ(hello.applied_revision().collections_size(), 1);
  EXPECT_EQ(hello.applied_revision().collections(0).resource_version(), 9U);
  ASSERT_EQ(hello.held_size(), 2);
  EXPECT_EQ(hello.held(0).version(), mailbox.version);
  EXPECT_EQ(hello.held(1).version(), a.version);
  EXPECT_TRUE(rig.adopter.update(0).full_state);
  EXPECT_NE(rig.metrics.text().find("postern_config_origin{origin=\"disk\"} 1"), std::string::npos);
  // The controller has nothing that is not held.
  call->say(UpdateWords("1", "whole-1"));
  EXPECT_EQ(Subscribed::result_of(*call).state(), pb::ApplyResult::STATE_ACTIVE);
  EXPECT_EQ(rig.adopter.held().size(), 2U);
}

TEST_F(Restart, says_that_it_runs_what_a_stream_brought_once_one_did) {
  live_through(UpdateWords("1").upsert(mk_server_resource("a")));
  Subscribed rig(settings());
  rig.subscriber->start();
  const auto first = rig.accept().first;
  first->say(UpdateWords("2"));
  static_cast<void>(Subscribed::result_of(*first));
  first->end();
  EXPECT_EQ(rig.accept().second.origin(), pb::CONFIG_ORIGIN_STREAM);
}

TEST_F(Restart, applies_a_delta_to_what_came_from_the_disk) {
  const config::Resource before = mk_endpoints_resource("mailbox", 3);
  const config::Resource after = mk_endpoints_resource("mailbox", 2);
  live_through(UpdateWords("1").upsert(before));
  live_through(UpdateWords("2").delta(after, before));
  Subscribed rig(settings());
  rig.subscriber->start();
  const pb::Hello hello = rig.accept().second;
  ASSERT_EQ(hello.held_size(), 1);
  EXPECT_EQ(hello.held(0).version(), after.version);
}

TEST_F(Restart, forgets_what_was_removed_or_refused) {
  live_through(UpdateWords("1").upsert(mk_server_resource("a")).upsert(mk_server_resource("b")));
  {
    Subscribed rig(settings());
    const auto call = rig.begin();
    rig.adopter.refuse({ResourceType::Server, "c"}, adopt::ErrorCode::BadCertificate);
    call->say(
        UpdateWords("2").removal(pb::RESOURCE_TYPE_SERVER, "b").upsert(mk_server_resource("c")));
    static_cast<void>(Subscribed::result_of(*call));
    rig.settle();
  }
  Subscribed rig(settings());
  rig.subscriber->start();
  const pb::Hello hello = rig.accept().second;
  ASSERT_EQ(hello.held_size(), 1);
  EXPECT_EQ(hello.held(0).name(), "a");
}

TEST_F(Restart, tells_the_log_what_the_file_could_not_bring_back) {
  live_through(UpdateWords("1").upsert(mk_server_resource("a")).upsert(mk_server_resource("b")));
  Subscribed rig(settings());
  rig.adopter.refuse({ResourceType::Server, "a"}, adopt::ErrorCode::MissingDependency);
  rig.subscriber->start();
  const auto [call, hello] = rig.accept();
  EXPECT_EQ(hello.held_size(), 1);
  EXPECT_EQ(rig.log.count("serving the last known good configuration"), 1U);
  EXPECT_EQ(rig.log.count("refused; it waits for the controller"), 1U);
  EXPECT_EQ(call->unheard(), 0U);
}

TEST_F(Restart, begins_with_nothing_when_the_folder_cannot_be_used) {
  control::SubscriberSettings with = settings();
  with.state_dir = folder_ / "no/such/folder";
  Subscribed rig(with);
  const auto call = rig.begin();
  EXPECT_EQ(rig.log.count("its folder cannot be used"), 1U);
  call->say(UpdateWords("1").upsert(mk_server_resource("a")));
  EXPECT_EQ(Subscribed::result_of(*call).state(), pb::ApplyResult::STATE_ACTIVE);
}

TEST_F(Restart, connects_only_when_what_was_restored_is_in_force) {
  live_through(UpdateWords("1").upsert(mk_server_resource("a")));
  Subscribed rig(settings());
  rig.adopter.hold_back();
  rig.subscriber->start();
  static_cast<void>(rig.adopter.update(0));
  rig.settle();
  rig.adopter.release();
  EXPECT_EQ(rig.accept().second.held_size(), 1);
}

TEST_F(Restart, keeps_a_resource_that_came_into_force_late) {
  const ResourceKey key{ResourceType::Server, "late"};
  {
    Subscribed rig(settings());
    const auto call = rig.begin();
    rig.adopter.refuse(key, adopt::ErrorCode::BindFailed);
    call->say(UpdateWords("1").upsert(mk_server_resource("late")));
    static_cast<void>(Subscribed::result_of(*call));
    rig.adopter.accept_late(mk_server_resource("late"));
    static_cast<void>(call->hear_result());
    rig.settle();
  }
  Subscribed rig(settings());
  rig.subscriber->start();
  EXPECT_EQ(rig.accept().second.held_size(), 1);
}

TEST_F(Restart, has_a_file_while_the_process_lives) {
  Subscribed rig(settings());
  const auto call = rig.begin();
  call->say(UpdateWords("1").upsert(mk_server_resource("a")));
  static_cast<void>(Subscribed::result_of(*call));
  while (rig.metrics.text().find("postern_config_saved_timestamp_seconds 0\n") !=
         std::string::npos) {
    rig.settle();
  }
  EXPECT_TRUE(std::filesystem::exists(state_ + "/current"));
}

TEST_F(Restart, stops_with_a_thousand_changes_under_way) {
  {
    Subscribed rig(settings());
    const auto call = rig.begin();
    for (int i = 0; i < 1000; ++i) {
      call->say(UpdateWords(std::to_string(i))
                    .upsert(mk_server_resource("a", std::to_string(i)))
                    .upsert(mk_server_resource(std::to_string(i))));
      static_cast<void>(Subscribed::result_of(*call));
    }
    rig.settle();
  }
  Subscribed rig(settings());
  rig.subscriber->start();
  const pb::Hello hello = rig.accept().second;
  EXPECT_EQ(hello.held_size(), 1001);
  EXPECT_EQ(hello.applied_version(), "whole-999");
}

}  // namespace
}  // namespace postern::control
