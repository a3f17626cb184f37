#include "controller/publish/version.h"

#include <gtest/gtest.h>

namespace postern::publish {
namespace {

using config::Resource;
using config::ResourceKey;
using config::ResourceType;

Resource mk_server(const std::string& name, const std::string& content = "a") {
  config::Server server;
  server.server_name = content;
  return {name, {}, {{"MailServer", "mail", name, "uid", 1}}, server};
}

const ResourceKey kA{ResourceType::Server, "a"};
const ResourceKey kB{ResourceType::Server, "b"};

TEST(Version, is_equal_for_equal_content_in_any_order) {
  const Wanted one = stamp({mk_server("a"), mk_server("b")}, {}).wanted;
  const Wanted other = stamp({mk_server("b"), mk_server("a")}, {}).wanted;
  EXPECT_EQ(version_of(one), version_of(other));
  EXPECT_NE(version_of(one), version_of(stamp({mk_server("a")}, {}).wanted));
  EXPECT_NE(version_of(one), version_of(stamp({mk_server("a"), mk_server("b", "c")}, {}).wanted));
}

TEST(Version, of_unchanged_resources_shares_them) {
  const Wanted one = stamp({mk_server("a"), mk_server("b")}, {}).wanted;
  const Wanted two = stamp({mk_server("a"), mk_server("b", "new")}, one).wanted;
  EXPECT_EQ(one.at(kA), two.at(kA));
  EXPECT_NE(one.at(kB), two.at(kB));
}

TEST(Version, stays_while_sources_change_and_the_new_sources_are_kept) {
  const Wanted one = stamp({mk_server("a")}, {}).wanted;
  Resource edited = mk_server("a");
  edited.sources[0].generation = 2;
  const Wanted two = stamp({edited}, one).wanted;
  EXPECT_EQ(version_of(one), version_of(two));
  EXPECT_EQ(two.at(kA)->sources[0].generation, 2);
}

TEST(Version, of_a_resource_that_no_message_could_carry_stays_its_predecessors) {
  const std::string huge(kMostResourceOctets + 1, 'x');
  const Wanted one = stamp({mk_server("a")}, {}).wanted;
  const Stamped two = stamp({mk_server("a", huge), mk_server("b", huge)}, one);
  EXPECT_EQ(two.wanted.at(kA), one.at(kA));
  EXPECT_FALSE(two.wanted.contains(kB));
  EXPECT_EQ(two.too_large.size(), 2U);
}

}  // namespace
}  // namespace postern::publish
