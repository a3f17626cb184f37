// PackedRecord: a record while its session relays, which may be for days and doing nothing: values
// and texts in one heap block, as small as they are. A moved value; its worker's own.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "proxy/session/record.h"

namespace postern::session {

class PackedRecord {
 public:
  // Of a text that is longer than 65 535 octets the rest is lost.
  explicit PackedRecord(const Record& record);
  [[nodiscard]] Record unpack() const;

  [[nodiscard]] const RecordValues& values() const;
  [[nodiscard]] std::string_view id() const;
  [[nodiscard]] std::string_view backend() const;
  [[nodiscard]] std::string_view endpoint() const;

 private:
  struct Block;
  struct Free {
    void operator()(Block* block) const;
  };
  [[nodiscard]] std::string_view text(std::size_t number) const;

  std::unique_ptr<Block, Free> block_;
};

}  // namespace postern::session
