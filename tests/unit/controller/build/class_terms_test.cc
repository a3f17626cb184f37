#include "controller/build/class_terms.h"

#include "tests/unit/controller/build/scene.h"

namespace postern::build {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

model::MailClass mk_draining_class(std::optional<model::DrainSpec> drain) {
  model::MailClass out;
  out.meta.key = model::mail_class_key("postern");
  out.drain = drain;
  return out;
}

model::IngressClass naming_it() {
  model::IngressClass out;
  out.meta.key = {"IngressClass", "", "postern"};
  out.controller = model::kControllerName;
  out.parameters = model::ClassParameters{"postern", "MailClass postern"};
  return out;
}

// What proxies are told; nothing: nothing.
std::optional<config::DrainTerms> told(std::vector<model::Object> objects, bool in_cluster) {
  world::World world;
  (void)world.replace(std::move(objects));
  Terms terms;
  terms.in_cluster = in_cluster;
  const auto resource = class_resource(world, terms);
  if (!resource) return std::nullopt;
  EXPECT_EQ(resource->key(), (config::ResourceKey{config::ResourceType::Class, "class"}));
  EXPECT_EQ(resource->required_features, std::vector<std::string>{"drain"});
  return std::get<config::ClassTerms>(resource->body).drain;
}

TEST(ClassTerms, are_nothing_where_a_directory_says_nothing) {
  EXPECT_EQ(told({}, false), std::nullopt);
  EXPECT_EQ(told({mk_draining_class({})}, false), std::nullopt);
}

TEST(ClassTerms, in_a_cluster_a_proxy_accepts_for_ten_seconds_unless_it_is_written) {
  EXPECT_EQ(told({}, true), (config::DrainTerms{seconds{10}, {}, minutes{5}}));
  EXPECT_EQ(told({naming_it(), mk_draining_class({})}, true),
            (config::DrainTerms{seconds{10}, {}, minutes{5}}));
  EXPECT_EQ(told({naming_it(), mk_draining_class(model::DrainSpec{seconds{0}, {}, {}})}, true),
            (config::DrainTerms{seconds{0}, {}, minutes{5}}));
}

TEST(ClassTerms, are_as_the_class_writes_them) {
  EXPECT_EQ(
      told({mk_draining_class(model::DrainSpec{seconds{15}, minutes{10}, minutes{15}})}, false),
      (config::DrainTerms{seconds{15}, minutes{10}, minutes{15}}));
  EXPECT_EQ(told({mk_draining_class(model::DrainSpec{{}, {}, seconds{30}})}, false),
            (config::DrainTerms{seconds{0}, {}, seconds{30}}));
}

TEST(ClassTerms, with_a_bound_of_connections_need_a_proxy_that_obeys_it) {
  world::World world;
  model::MailClass bounded = mk_draining_class({});
  bounded.max_connections = 200000;
  (void)world.replace({bounded});
  const auto resource = class_resource(world, {});
  ASSERT_TRUE(resource);
  EXPECT_EQ(std::get<config::ClassTerms>(resource->body).max_connections, 200000U);
  EXPECT_EQ(resource->required_features, (std::vector<std::string>{"class-connections", "drain"}));
}

TEST(ClassTerms, are_told_when_they_change_and_taken_back) {
  ClassBook book;
  const auto settle = [&book](std::vector<model::Object> objects, bool broken = false) {
    world::World world;
    (void)world.replace(std::move(objects));
    Terms terms;
    terms.class_broken = broken;
    Changes out;
    book.settle(world, terms, out);
    return std::pair{out.upserts.size(), out.removals.size()};
  };
  const auto with = [](Duration minimum) {
    return std::vector<model::Object>{mk_draining_class(model::DrainSpec{minimum, {}, {}})};
  };
  using Told = std::pair<std::size_t, std::size_t>;
  EXPECT_EQ(settle({}), (Told{0, 0}));
  EXPECT_EQ(settle(with(seconds{1})), (Told{1, 0}));
  EXPECT_EQ(settle(with(seconds{1})), (Told{0, 0}));
  EXPECT_EQ(settle(with(seconds{2})), (Told{1, 0}));
  EXPECT_EQ(settle({}, true), (Told{0, 0}));  // what was said last holds
  EXPECT_EQ(book.size(), 1U);
  EXPECT_EQ(settle({}), (Told{0, 1}));
  EXPECT_EQ(book.size(), 0U);
}

}  // namespace
}  // namespace postern::build
