#include "controller/publish/wanted.h"

#include <random>

#include <gtest/gtest.h>

#include "tests/unit/controller/publish/mk.h"

namespace postern::publish {
namespace {

using config::Resource;
using config::ResourceKey;
using config::ResourceType;

const ResourceKey kA{ResourceType::Server, "a"};

SharedResource stamped(Resource resource) {
  std::vector<config::FreshResource> one;
  one.emplace_back(std::move(resource));
  return stamp(std::move(one)).fitting.at(0);
}

Wanted mk_wanted(const std::vector<Resource>& resources) {
  Wanted wanted;
  for (SharedResource& resource : stamp({resources.begin(), resources.end()}).fitting) {
    (void)wanted.put(std::move(resource));
  }
  return wanted;
}

TEST(Wanted, has_one_version_for_equal_content_in_any_order) {
  Wanted one = mk_wanted({mk_server("a"), mk_server("b")});
  EXPECT_EQ(one.version(), mk_wanted({mk_server("b"), mk_server("a")}).version());
  EXPECT_NE(one.version(), mk_wanted({mk_server("a")}).version());
  EXPECT_NE(one.version(), mk_wanted({mk_server("a"), mk_server("b", "c")}).version());
  EXPECT_NE(one.version(), mk_wanted({mk_server("b"), mk(ResourceType::Secret, "a")}).version());
}

TEST(Wanted, has_the_version_of_a_fresh_one_after_any_edits) {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    Wanted edited;
    std::map<ResourceKey, Resource> content;
    for (int i = 0; i < 300; ++i) {
      const std::string name = std::to_string(random() % 60);
      if (random() % 3 == 0) {
        (void)edited.remove({ResourceType::Server, name});
        content.erase({ResourceType::Server, name});
      } else {
        const Resource resource = mk_server(name, std::to_string(random() % 5));
        (void)edited.put(stamped(resource));
        content.insert_or_assign(resource.key(), resource);
      }
      if (random() % 10 == 0) (void)edited.version();
    }
    std::vector<Resource> all;
    for (const auto& [key, resource] : content) all.push_back(resource);
    EXPECT_EQ(edited.version(), mk_wanted(all).version()) << seed;
    EXPECT_EQ(edited.count(ResourceType::Server), content.size());
    EXPECT_EQ(edited.all().size(), content.size());
  }
}

TEST(Wanted, says_whether_an_edit_changed_anything) {
  Wanted wanted;
  EXPECT_TRUE(wanted.put(stamped(mk_server("a"))));
  EXPECT_FALSE(wanted.put(stamped(mk_server("a"))));
  EXPECT_TRUE(wanted.put(stamped(mk_server("a", "new"))));
  EXPECT_TRUE(wanted.remove(kA));
  EXPECT_FALSE(wanted.remove(kA));
  EXPECT_EQ(wanted.find(kA), nullptr);
}

TEST(Wanted, keeps_its_version_while_sources_change_and_has_the_new_sources) {
  Wanted wanted = mk_wanted({mk_server("a")});
  const std::string before = wanted.version();
  Resource edited = mk_server("a");
  edited.sources = mk_sources("a", 2);
  EXPECT_FALSE(wanted.put(stamped(edited)));
  EXPECT_EQ(wanted.version(), before);
  EXPECT_EQ(wanted.find(kA)->sources[0].generation, 2);
}

TEST(Wanted, lists_everything_in_the_order_of_application) {
  const Wanted wanted = mk_wanted({mk(ResourceType::Listener, "993"), mk_server("b"),
                                   mk_server("a"), mk(ResourceType::Secret, "z")});
  std::vector<std::string> names;
  for (const SharedResource& resource : wanted.all()) names.push_back(resource->name);
  EXPECT_EQ(names, (std::vector<std::string>{"z", "a", "b", "993"}));
}

TEST(Stamp, tells_what_no_message_could_carry) {
  const std::string huge(kMostResourceOctets + 1, 'x');
  const Stamped two = stamp({mk_server("a", huge), mk_server("b")});
  ASSERT_EQ(two.too_large.size(), 1U);
  EXPECT_EQ(two.too_large[0]->name, "a");
  ASSERT_EQ(two.fitting.size(), 1U);
  EXPECT_EQ(two.fitting[0]->version.size(), 32U);
}

}  // namespace
}  // namespace postern::publish
