// Secret: a password, token or key. Move-only, wiped when it ends, unprintable; reveal() is the one
// way to its octets and is easy to grep. Lives in the locked arena where there is room.
// SharedSecret: the same, immutable, held by several (private keys in a snapshot).
#pragma once

#include <cstddef>

#include "common/base/bytes.h"
#include "common/base/shared_octets.h"

namespace postern {

class Secret {
 public:
  Secret() = default;
  explicit Secret(ByteView octets);
  ~Secret() { clear(); }
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  [[nodiscard]] ByteView reveal() const { return {octets_, size_}; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] Secret copy() const { return Secret(reveal()); }
  void clear();

  // How many secrets hold octets now: tests look that none is left behind.
  [[nodiscard]] static std::size_t live();

 private:
  char* octets_ = nullptr;
  std::size_t size_ = 0;
};

class SharedSecret {
 public:
  SharedSecret() = default;
  explicit SharedSecret(ByteView octets) : octets_(octets) {}
  [[nodiscard]] ByteView reveal() const { return octets_.view(); }
  [[nodiscard]] bool empty() const { return reveal().empty(); }
  friend bool operator==(const SharedSecret&, const SharedSecret&) = default;

 private:
  // Counted as one of Secret::live().
  struct Arena {
    static char* take(std::size_t octets);
    static void give_back(char* block, std::size_t octets);
  };
  SharedOctets<Arena> octets_;
};

}  // namespace postern
