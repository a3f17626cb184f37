#include "controller/loop/tickets.h"

#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"

namespace postern::loop {
namespace {

using namespace std::chrono_literals;

TEST(MemoryTickets, are_random_and_all_different) {
  const test::ManualClock clock;
  MemoryTickets one(clock);
  MemoryTickets other(clock);
  const config::TicketKeys keys = one.keys();
  for (const SharedSecret* master : {&keys.next, &keys.current, &keys.previous}) {
    EXPECT_EQ(master->reveal().size(), config::kTicketMasterOctets);
  }
  EXPECT_FALSE(keys.next == keys.current || keys.current == keys.previous ||
               keys.next == keys.previous);
  EXPECT_FALSE(other.keys().current == keys.current);
  EXPECT_EQ(keys.made_unix_s, 1'800'000'000);
}

TEST(MemoryTickets, do_not_move_on_because_somebody_sets_the_clock) {
  test::ManualClock clock;
  MemoryTickets tickets(clock);
  const config::TicketKeys first = tickets.keys();
  const Instant due = tickets.due();
  for (const auto jump : {240h, -480h}) {
    clock.jump(jump);
    EXPECT_EQ(tickets.keys(), first);
    EXPECT_EQ(tickets.due(), due);
  }
}

TEST(MemoryTickets, stay_for_half_a_day_and_then_move_on_by_one) {
  test::ManualClock clock;
  MemoryTickets tickets(clock);
  const config::TicketKeys first = tickets.keys();
  clock.pass(12h - 1s);
  EXPECT_EQ(tickets.keys(), first);
  EXPECT_EQ(tickets.due(), clock.now() + 1s);
  clock.pass(1s);
  const config::TicketKeys second = tickets.keys();
  EXPECT_EQ(second.current, first.next);
  EXPECT_EQ(second.previous, first.current);
  EXPECT_FALSE(second.next == first.next || second.next == first.previous);
  EXPECT_EQ(second.made_unix_s, first.made_unix_s + 12 * 3600);
  EXPECT_EQ(tickets.due(), clock.now() + 12h);
}

TEST(MemoryTickets, are_one_resource_that_old_proxies_are_not_given) {
  const test::ManualClock clock;
  MemoryTickets tickets(clock);
  const config::FreshResource resource = ticket_resource(tickets.keys());
  EXPECT_EQ(resource->key(),
            (config::ResourceKey{config::ResourceType::TicketKeys, "ticket-keys"}));
  EXPECT_EQ(resource->required_features, std::vector<std::string>{"ticket-keys"});
  EXPECT_TRUE(resource->version.empty());
}

}  // namespace
}  // namespace postern::loop
