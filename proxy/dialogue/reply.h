// Reply: what a dialogue says, bounded. When full() the dialogue must not be asked to go on until
// it was flushed; a line that is begun may pass the limit by one line. May hold credentials on
// their way to a backend, so it is wiped as it is consumed.
#pragma once

#include <initializer_list>

#include "common/base/bytes.h"
#include "common/base/check.h"
#include "common/base/limits.h"

namespace postern::dialogue {

class Reply {
 public:
  // Beyond the soft limit of full() there is room for one SASL line.
  Reply() : octets_(limits::kReplyOctets + 2 * limits::kSaslLineOctets) {}

  void say(std::initializer_list<ByteView> parts) {
    for (const ByteView part : parts) check(octets_.append(part), "a reply fits its bound");
  }
  void line(std::initializer_list<ByteView> parts) {
    say(parts);
    say({"\r\n"});
  }
  [[nodiscard]] bool full() const { return octets_.size() >= limits::kReplyOctets; }
  [[nodiscard]] bool empty() const { return octets_.empty(); }
  [[nodiscard]] ByteView view() const { return octets_.view(); }
  void consume(std::size_t octets) { octets_.consume(octets); }
  void clear() { octets_.clear(); }

 private:
  Buffer octets_;
};

}  // namespace postern::dialogue
