// The bare TCP relay, a limit: no idea of mail, two sockets, and octets through a pipe (splice) or
// a buffer of the thread. One of these a pair of connections; owns both sockets and what it has
// borrowed of the thread's pipes, lives on its thread's loop until both ends have said all.
#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "bench/load/loop.h"

namespace postern::bench {

class RelayPair final : public Party {
 public:
  RelayPair(int client, int server, bool by_splice);
  ~RelayPair() override;

  void ready() override;

 private:
  struct Way {
    std::array<int, 2> pipe{-1, -1};
    std::size_t piped = 0;
    std::string blocked;
    bool ended = false, told = false;
  };
  enum class Moved { kAll, kBlocked, kBroken };

  Moved move(Way& way, int from, int to) const;
  Moved splice_octets(Way& way, int from, int to) const;
  static Moved copy_octets(Way& way, int from, int to);

  std::array<int, 2> ends_;
  std::array<Way, 2> ways_;
  bool by_splice_;
};

}  // namespace postern::bench
