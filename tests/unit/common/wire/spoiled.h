// Messages that carry one resource, and what becomes of them when a field is spoiled.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "common/wire/enum_tables.h"
#include "common/wire/snapshot_codec.h"

namespace postern::wire {

[[nodiscard]] inline pb::Resource mk_message(config::ResourceBody body) {
  pb::Resource message;
  encode({"mail/example/x", "v", {}, std::move(body)}, message);
  return message;
}

[[nodiscard]] inline pb::Resource mk_delta(const config::Resource& now,
                                           const config::Resource& base) {
  pb::Resource message;
  encode_delta(now, base, message);
  return message;
}

struct Spoiled {
  const char* field;
  std::function<void(pb::Resource&)> spoil;
  DecodeFailure failure = DecodeFailure::Invalid;
};

// No refusal tells what it refused.
inline void expect_each_refused(const config::ResourceBody& body,
                                const std::vector<Spoiled>& rows) {
  ASSERT_TRUE(decode(mk_message(body)).has_value());
  for (const Spoiled& row : rows) {
    pb::Resource message = mk_message(body);
    row.spoil(message);
    const auto decoded = decode(message);
    ASSERT_FALSE(decoded.has_value()) << row.field;
    EXPECT_EQ(decoded.error().field, row.field);
    EXPECT_EQ(decoded.error().failure, row.failure) << row.field;
    EXPECT_EQ(decoded.error().detail.find("s3cret"), std::string::npos);
  }
}

inline void expect_missing_base(const pb::Resource& message, const config::Resource* base) {
  const auto decoded = decode(message, base);
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().failure, DecodeFailure::MissingBase);
}

}  // namespace postern::wire
