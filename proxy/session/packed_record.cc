#include "proxy/session/packed_record.h"

#include <algorithm>
#include <array>
#include <limits>
#include <new>
#include <numeric>
#include <string>
#include <type_traits>

namespace postern::session {

namespace {

// In their order; those that are asked for alone have names.
constexpr std::array kTexts = {&Record::id,     &Record::backend, &Record::endpoint,
                               &Record::server, &Record::sni,     &Record::tls,
                               &Record::user,   &Record::auth,    &Record::auth_user};
constexpr std::size_t kId = 0;
constexpr std::size_t kBackend = 1;
constexpr std::size_t kEndpoint = 2;

using Length = std::uint16_t;

}  // namespace

// The texts stand behind it.
struct PackedRecord::Block {
  RecordValues values;
  std::array<Length, kTexts.size()> lengths;
};
static_assert(std::is_trivially_copyable_v<RecordValues>, "a block needs no destructor");

void PackedRecord::Free::operator()(Block* block) const { ::operator delete(block); }

PackedRecord::PackedRecord(const Record& record) {
  std::array<Length, kTexts.size()> lengths{};
  std::ranges::transform(kTexts, lengths.begin(), [&](auto text) {
    constexpr std::size_t kMost = std::numeric_limits<Length>::max();
    return static_cast<Length>(std::min((record.*text).size(), kMost));
  });
  const std::size_t octets = std::accumulate(lengths.begin(), lengths.end(), std::size_t{0});
  block_.reset(::new (::operator new(sizeof(Block) + octets)) Block{record, lengths});
  char* at = reinterpret_cast<char*>(block_.get() + 1);
  for (std::size_t i = 0; i < kTexts.size(); ++i) {
    at = std::copy_n((record.*kTexts[i]).data(), lengths[i], at);
  }
}

Record PackedRecord::unpack() const {
  Record record{block_->values, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}};
  for (std::size_t i = 0; i < kTexts.size(); ++i) record.*kTexts[i] = text(i);
  return record;
}

const RecordValues& PackedRecord::values() const { return block_->values; }
std::string_view PackedRecord::id() const { return text(kId); }
std::string_view PackedRecord::backend() const { return text(kBackend); }
std::string_view PackedRecord::endpoint() const { return text(kEndpoint); }

std::string_view PackedRecord::text(std::size_t number) const {
  const auto& lengths = block_->lengths;
  const char* const first = reinterpret_cast<const char*>(block_.get() + 1);
  return {std::accumulate(lengths.begin(), lengths.begin() + static_cast<std::ptrdiff_t>(number),
                          first),
          lengths[number]};
}

}  // namespace postern::session
