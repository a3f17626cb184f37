// SharedText: a long text that never changes, so that copies share it: a chain of certificates is
// in a draft, a resource and a snapshot, and in memory once. Equal by what it says.
#pragma once

#include <string>
#include <string_view>

#include "common/base/shared_octets.h"

namespace postern {

class SharedText {
 public:
  SharedText() = default;
  SharedText(std::string_view text) : octets_(text) {}  // NOLINT(google-explicit-constructor)
  SharedText(const std::string& text)                   // NOLINT(google-explicit-constructor)
      : octets_(text) {}
  SharedText(const char* text) : octets_(text) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] std::string_view text() const { return octets_.view(); }
  friend bool operator==(const SharedText&, const SharedText&) = default;

 private:
  struct Heap {
    static char* take(std::size_t octets) { return static_cast<char*>(::operator new(octets)); }
    static void give_back(char* block, std::size_t /*octets*/) { ::operator delete(block); }
  };
  SharedOctets<Heap> octets_;
};

}  // namespace postern
