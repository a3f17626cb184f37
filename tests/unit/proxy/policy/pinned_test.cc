#include "proxy/policy/pinned.h"

#include <gtest/gtest.h>

namespace postern::policy {
namespace {

config::Backend declared() {
  config::Backend backend;
  backend.declared_members = {"pod-0", "pod-1", "pod-2"};
  return backend;
}

config::EndpointSet set() {
  return {{{"10.0.0.9", *IpAddress::parse("10.0.0.9"), {{Protocol::Imap, 143}}},
           {"pod-0", *IpAddress::parse("10.0.0.1"), {{Protocol::Imap, 143}}},
           {"pod-1",
            *IpAddress::parse("10.0.0.2"),
            {{Protocol::Imap, 143}},
            config::EndpointState::NotReady}}};
}

Result<Candidate, Nowhere> pinned(const config::Backend& backend, std::string_view member,
                                  Protocol protocol = Protocol::Imap) {
  const config::EndpointSet endpoints = set();
  return pinned_endpoint({backend, endpoints, protocol, "joe"}, member);
}

TEST(Pinned, is_that_member_and_nobody_else) {
  const auto found = pinned(declared(), "pod-0");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->id, "pod-0");
  EXPECT_EQ(found->address.text(), "10.0.0.1:143");
}

TEST(Pinned, nobody_stands_in_for_a_member_that_is_away_or_lacks_the_protocol) {
  EXPECT_FALSE(pinned(declared(), "pod-1").has_value());
  EXPECT_FALSE(pinned(declared(), "pod-2").has_value());
  EXPECT_FALSE(pinned(declared(), "pod-3").has_value());
  EXPECT_FALSE(pinned(declared(), "pod-0", Protocol::Pop3).has_value());
}

TEST(Pinned, addresses_of_a_service_are_no_names_to_pin_to) {
  EXPECT_FALSE(pinned(config::Backend{}, "10.0.0.9").has_value());
}

}  // namespace
}  // namespace postern::policy
