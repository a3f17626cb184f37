// PipePool: pipes that a worker lends while octets move from one descriptor to another without
// being copied (splice). A pipe is borrowed for a turn, and kept only while octets are in it; an
// empty one goes back, one with octets in it is closed by its borrower's end.
// Bounded: what is in a pipe belongs to nobody's memory budget, and fs.pipe-user-pages-soft gives
// an unprivileged user 64 pipes of 1 MiB. Who gets none copies. One worker's; no locks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "proxy/net/stream.h"

namespace postern::net {

inline constexpr std::size_t kPipeOctets = std::size_t{1} << 20;
// Less is not worth two system calls more than a copy.
inline constexpr std::size_t kLeastPipeOctets = std::size_t{64} << 10;
inline constexpr std::size_t kPipesOfWorker = 16;

class PipePool;

class Pipe {
 public:
  Pipe(int in, int out, std::size_t capacity, PipePool& home)
      : home_(&home), in_(in), out_(out), capacity_(capacity) {}
  ~Pipe();
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  [[nodiscard]] std::size_t held() const { return held_; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  // From a plain stream into the pipe, at most `most` octets; to be asked while it is empty, so
  // that WantRead is the stream's. Ended: the peer ended its side.
  [[nodiscard]] Io fill(const Stream& from, std::size_t most);
  // From the pipe to a plain stream.
  [[nodiscard]] Io drain(const Stream& to);

 private:
  friend struct PipeReturn;
  PipePool* home_;
  int in_;
  int out_;
  std::size_t capacity_;
  std::size_t held_ = 0;
};

struct PipeReturn {
  void operator()(Pipe* pipe) const;
};
// Its end gives the pipe back.
using PipeLoan = std::unique_ptr<Pipe, PipeReturn>;

class PipePool {
 public:
  explicit PipePool(std::size_t wanted_octets = kPipeOctets) : wanted_(wanted_octets) {}
  ~PipePool();
  PipePool(const PipePool&) = delete;
  PipePool& operator=(const PipePool&) = delete;

  // Nothing: all are lent, or the kernel gives none that is large enough.
  [[nodiscard]] PipeLoan borrow();
  [[nodiscard]] std::size_t lent() const { return lent_; }
  [[nodiscard]] std::size_t idle() const { return idle_.size(); }

 private:
  friend struct PipeReturn;
  [[nodiscard]] std::unique_ptr<Pipe> make();
  void take_back(std::unique_ptr<Pipe> pipe);

  std::size_t wanted_;
  std::vector<std::unique_ptr<Pipe>> idle_;
  std::size_t lent_ = 0;
};

}  // namespace postern::net
