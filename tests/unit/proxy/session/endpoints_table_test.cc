#include "proxy/session/endpoints_table.h"

#include <gtest/gtest.h>

namespace postern::session {
namespace {

const std::string kBox = "mail/example/box";

EndpointsTable::Set served_by(const std::string& id) {
  auto set = std::make_shared<config::EndpointSet>();
  set->endpoints.push_back({id, IpAddress::v4({10, 0, 0, 1}), {}});
  return set;
}

config::Snapshot next(const config::Snapshot& before) {
  return config::Snapshot::Draft(before).finish("v");
}

// One snapshot after the other, as changes make them.
class EndpointsTableTest : public testing::Test {
 protected:
  [[nodiscard]] std::string who(const config::Snapshot& snapshot) const {
    const config::EndpointSet* set = table_.find(kBox, snapshot);
    return set == nullptr ? "nobody" : set->endpoints.front().id;
  }

  EndpointsTable table_;
  const config::Snapshot first_ = next({});
  const config::Snapshot second_ = next(first_);
  const config::Snapshot third_ = next(second_);
};

TEST_F(EndpointsTableTest, a_change_of_endpoints_alone_holds_for_everybody_at_once) {
  table_.put(kBox, served_by("a"), first_.number());
  table_.put(kBox, served_by("b"), first_.number());
  EXPECT_EQ(who(first_), "b");
  EXPECT_EQ(who(second_), "b") << "a snapshot that changed something else";
}

TEST_F(EndpointsTableTest, endpoints_that_came_with_another_backend_are_for_its_visits) {
  table_.put(kBox, served_by("a"), first_.number());
  table_.put(kBox, served_by("b"), second_.number());
  EXPECT_EQ(who(first_), "a") << "a visit that began before knows the members of before";
  EXPECT_EQ(who(second_), "b");
  EXPECT_EQ(who(third_), "b");
}

TEST_F(EndpointsTableTest, a_very_old_visit_has_what_its_snapshot_began_with) {
  table_.put(kBox, served_by("a"), first_.number());
  table_.put(kBox, served_by("b"), second_.number());
  table_.put(kBox, served_by("c"), third_.number());
  EXPECT_EQ(who(first_), "nobody") << "nothing was in that snapshot";
  EXPECT_EQ(who(second_), "b");
  EXPECT_EQ(who(third_), "c");
}

TEST_F(EndpointsTableTest, a_backend_that_is_gone_is_left_to_the_snapshots) {
  table_.put(kBox, served_by("a"), first_.number());
  table_.put(kBox, nullptr, second_.number());
  EXPECT_EQ(who(first_), "nobody");
  EXPECT_EQ(table_.find("mail/other/box", first_), nullptr);
}

}  // namespace
}  // namespace postern::session
