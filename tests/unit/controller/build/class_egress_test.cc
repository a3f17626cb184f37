#include "controller/build/class_egress.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

namespace postern::build {
namespace {

using Networks = std::vector<Network>;

bool allows(const std::optional<Networks>& allowed, std::string_view address) {
  return egress_allows(allowed, *IpAddress::parse(address));
}

Networks entries(std::initializer_list<std::string_view> texts) {
  Networks out;
  for (const std::string_view text : texts) out.push_back(*Network::parse(text));
  return out;
}

TEST(Egress, default_of_a_directory_allows_loopback_and_not_link_local) {
  for (const auto* address : {"10.0.0.1", "192.0.2.1", "2001:db8::1", "127.0.0.1", "::1"}) {
    EXPECT_TRUE(allows(std::nullopt, address)) << address;
  }
  for (const auto* address : {"169.254.169.254", "fe80::1", "febf::1"}) {
    EXPECT_FALSE(allows(std::nullopt, address)) << address;
  }
}

Networks within(const std::optional<Networks>& allowed, const Networks& wanted) {
  return egress_within(allowed, wanted);
}

TEST(Egress, leaves_of_networks_what_is_open) {
  EXPECT_EQ(within(std::nullopt, entries({"10.0.0.0/8"})), entries({"10.0.0.0/8"}));
  EXPECT_EQ(within(std::nullopt, entries({"169.254.0.0/16", "fe80::/12"})), Networks{});
  EXPECT_EQ(within(entries({"10.1.0.0/16"}), entries({"10.0.0.0/8", "192.0.2.0/24"})),
            entries({"10.1.0.0/16"}));
  EXPECT_EQ(within(entries({"10.0.0.0/8"}), entries({"10.7.0.0/16"})), entries({"10.7.0.0/16"}));
  EXPECT_EQ(within(entries({"0.0.0.0/0"}), entries({"126.0.0.0/7"})), entries({"126.0.0.0/8"}));
}

TEST(Egress, leaves_of_everything_exactly_what_single_addresses_are_told) {
  const std::vector<std::optional<Networks>> classes = {
      std::nullopt, entries({"0.0.0.0/0", "::/0"}), entries({"10.0.0.0/8", "127.0.0.1/32"}),
      entries({"fd00:10::/32"})};
  for (const auto& allowed : classes) {
    const Networks open = within(allowed, entries({"0.0.0.0/0", "::/0"}));
    for (const auto* text :
         {"0.0.0.0", "1.0.0.0", "10.0.0.1", "126.255.255.255", "127.0.0.1", "127.0.0.2",
          "169.253.255.255", "169.254.169.254", "169.255.0.0", "255.255.255.255", "::", "::1",
          "::2", "fd00:10::1", "fd00:11::", "fe7f::1", "fe80::1", "febf::1", "fec0::1"}) {
      const IpAddress address = *IpAddress::parse(text);
      const bool is_open = std::ranges::any_of(
          open, [&](const Network& network) { return network.contains(address); });
      EXPECT_EQ(is_open, egress_allows(allowed, address)) << text;
    }
  }
}

TEST(Egress, only_what_an_entry_contains_is_allowed) {
  const Networks allowed = entries({"10.0.0.0/8", "fd00:10::/32"});
  for (const auto* address : {"10.255.0.1", "fd00:10::1"}) {
    EXPECT_TRUE(allows(allowed, address)) << address;
  }
  for (const auto* address : {"11.0.0.1", "fd00:11::1", "127.0.0.1", "::1", "192.0.2.1"}) {
    EXPECT_FALSE(allows(allowed, address)) << address;
  }
}

TEST(Egress, everything_is_not_loopback_nor_link_local) {
  const Networks everything = entries({"0.0.0.0/0", "::/0"});
  EXPECT_TRUE(allows(everything, "8.8.8.8"));
  EXPECT_TRUE(allows(everything, "2001:db8::1"));
  for (const auto* address : {"127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "::", "::1",
                              "169.254.169.254", "fe80::1"}) {
    EXPECT_FALSE(allows(everything, address)) << address;
  }
}

TEST(Egress, entry_that_lies_within_a_closed_network_opens_what_it_contains) {
  const Networks allowed = entries({"127.0.0.0/16", "169.254.1.0/24", "fe80::/10", "::1/128"});
  for (const auto* address : {"127.0.7.7", "169.254.1.9", "fe80::5", "::1"}) {
    EXPECT_TRUE(allows(allowed, address)) << address;
  }
  for (const auto* address : {"127.1.0.1", "169.254.169.254", "::", "10.0.0.1"}) {
    EXPECT_FALSE(allows(allowed, address)) << address;
  }
}

TEST(Egress, entry_that_is_wider_than_a_closed_network_does_not_open_it) {
  EXPECT_FALSE(allows(entries({"126.0.0.0/7"}), "127.0.0.1"));
  EXPECT_TRUE(allows(entries({"126.0.0.0/7"}), "126.0.0.1"));
  EXPECT_FALSE(allows(entries({"::/127"}), "::1"));
}

TEST(Egress, ipv4_written_as_ipv6_is_ipv4) {
  EXPECT_FALSE(allows(std::nullopt, "::ffff:169.254.169.254"));
  EXPECT_FALSE(allows(entries({"::/0"}), "::ffff:10.0.0.1"));
  EXPECT_FALSE(allows(entries({"0.0.0.0/0"}), "::ffff:127.0.0.1"));
  EXPECT_TRUE(allows(entries({"10.0.0.0/8"}), "::ffff:10.0.0.1"));
}

TEST(Egress, entry_that_opens_the_machine_itself_is_told_apart) {
  for (const auto* entry :
       {"127.0.0.1/32", "0.0.0.0/8", "::/128", "::1/128", "169.254.0.0/16", "fe80::/64"}) {
    EXPECT_TRUE(opens_protected(*Network::parse(entry))) << entry;
  }
  for (const auto* entry : {"0.0.0.0/0", "::/0", "10.0.0.0/8", "126.0.0.0/7", "fc00::/7"}) {
    EXPECT_FALSE(opens_protected(*Network::parse(entry))) << entry;
  }
}

}  // namespace
}  // namespace postern::build
