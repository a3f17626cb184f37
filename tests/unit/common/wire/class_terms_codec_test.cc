// What a proxy takes as the terms of its class.
#include <gtest/gtest.h>

#include "common/wire/enum_tables.h"
#include "common/wire/snapshot_codec.h"

namespace postern::wire {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

config::Resource terms(config::DrainTerms drain) {
  return {"class", "v", {}, config::ClassTerms{drain}, {std::string(config::kDrain)}};
}

TEST(ClassTermsCodec, gives_back_what_was_written) {
  for (const config::DrainTerms& drain :
       {config::DrainTerms{}, config::DrainTerms{seconds{10}, {}, minutes{5}},
        config::DrainTerms{seconds{15}, minutes{10}, minutes{15}},
        config::DrainTerms{Duration{0}, Duration{0}, seconds{10}}}) {
    pb::Resource message;
    encode(terms(drain), message);
    const auto decoded = decode(message);
    ASSERT_TRUE(decoded.has_value()) << decoded.error().field;
    EXPECT_EQ(decoded->type(), config::ResourceType::Class);
    EXPECT_EQ(std::get<config::ClassTerms>(decoded->body).drain, drain);
  }
}

TEST(ClassTermsCodec, gives_back_how_many_connections_there_may_be) {
  config::Resource bounded = terms({});
  std::get<config::ClassTerms>(bounded.body).max_connections = 200000;
  bounded.required_features = {std::string(config::kClassConnections), std::string(config::kDrain)};
  pb::Resource message;
  encode(bounded, message);
  const auto decoded = decode(message);
  ASSERT_TRUE(decoded.has_value()) << decoded.error().field;
  EXPECT_EQ(std::get<config::ClassTerms>(decoded->body).max_connections, 200000U);
}

TEST(ClassTermsCodec, refuses_by_field_a_drain_that_is_none) {
  using Spoil = void (*)(pb::DrainTerms&);
  const std::pair<const char*, Spoil> rows[] = {
      {"drain.minimum_ms", [](pb::DrainTerms& m) { m.set_minimum_ms(300'001); }},
      {"drain.spread_ms", [](pb::DrainTerms& m) { m.set_spread_ms(86'400'001); }},
      {"drain.deadline_ms", [](pb::DrainTerms& m) { m.set_deadline_ms(9'999); }},
      {"drain.deadline_ms", [](pb::DrainTerms& m) { m.clear_deadline_ms(); }},
      {"drain.deadline_ms", [](pb::DrainTerms& m) { m.set_deadline_ms(86'400'001); }},
  };
  for (const auto& [field, spoil] : rows) {
    pb::Resource message;
    encode(terms({}), message);
    spoil(*message.mutable_class_terms()->mutable_drain());
    const auto decoded = decode(message);
    ASSERT_FALSE(decoded.has_value()) << field;
    EXPECT_EQ(decoded.error().field, field);
  }
}

TEST(DrainTerms, what_is_left_for_goodbyes_never_reaches_into_the_end) {
  EXPECT_EQ((config::DrainTerms{seconds{10}, {}, minutes{5}}).window(), seconds{285});
  EXPECT_EQ((config::DrainTerms{seconds{10}, seconds{20}, minutes{5}}).window(), seconds{20});
  EXPECT_EQ((config::DrainTerms{seconds{10}, seconds{20}, seconds{30}}).window(), seconds{15});
  EXPECT_EQ((config::DrainTerms{seconds{10}, {}, seconds{10}}).window(), seconds{0});
}

}  // namespace
}  // namespace postern::wire
