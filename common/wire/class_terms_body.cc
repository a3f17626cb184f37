#include <fmt/format.h>

#include "common/wire/bodies.h"

namespace postern::wire {

namespace {

constexpr std::uint32_t kMostMinimumMs = 300'000;
constexpr std::uint32_t kLeastDeadlineMs = 10'000;
constexpr std::uint32_t kMostMs = 86'400'000;

struct Bounds {
  std::uint32_t least;
  std::uint32_t most;
};

Duration within(std::uint32_t ms, Bounds bounds, std::string_view name, Decoding& decoding) {
  const FieldPath drain{nullptr, "drain"};
  if (ms < bounds.least || ms > bounds.most) {
    decoding.refuse(drain / name,
                    fmt::format("{} is not within {} and {}", ms, bounds.least, bounds.most));
  }
  return Duration(ms);
}

}  // namespace

void encode_class_terms(const config::ClassTerms& terms, pb::ClassTerms& out) {
  pb::DrainTerms& drain = *out.mutable_drain();
  drain.set_minimum_ms(milliseconds(terms.drain.minimum));
  if (terms.drain.spread) drain.set_spread_ms(milliseconds(*terms.drain.spread));
  drain.set_deadline_ms(milliseconds(terms.drain.deadline));
  out.set_max_connections(terms.max_connections);
}

config::ClassTerms decode_class_terms(const pb::ClassTerms& message, Decoding& decoding) {
  config::ClassTerms terms;
  const pb::DrainTerms& drain = message.drain();
  terms.drain.minimum = within(drain.minimum_ms(), {0, kMostMinimumMs}, "minimum_ms", decoding);
  if (drain.has_spread_ms()) {
    terms.drain.spread = within(drain.spread_ms(), {0, kMostMs}, "spread_ms", decoding);
  }
  terms.drain.deadline =
      within(drain.deadline_ms(), {kLeastDeadlineMs, kMostMs}, "deadline_ms", decoding);
  terms.max_connections = message.max_connections();
  return terms;
}

}  // namespace postern::wire
