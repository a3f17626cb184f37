#include "proxy/net/pipe_pool.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "common/base/check.h"

namespace postern::net {

namespace {

ssize_t move(int from, int to, std::size_t most) {
  ssize_t moved = 0;
  do {
    moved = ::splice(from, nullptr, to, nullptr, most, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
  } while (moved < 0 && errno == EINTR);
  return moved;
}

Io result(ssize_t moved, IoStatus blocked) {
  if (moved > 0) return {IoStatus::Done, static_cast<std::size_t>(moved)};
  if (moved == 0) return {IoStatus::Ended, 0};
  return {errno == EAGAIN ? blocked : IoStatus::Broken, 0};
}

}  // namespace

Pipe::~Pipe() {
  ::close(in_);
  ::close(out_);
}

Io Pipe::fill(const Stream& from, std::size_t most) {
  check(held_ == 0, "a pipe is filled while it is empty");
  const Io io = result(move(from.fd(), in_, std::min(most, capacity_)), IoStatus::WantRead);
  held_ = io.octets;
  return io;
}

Io Pipe::drain(const Stream& to) {
  const Io io = result(move(out_, to.fd(), held_), IoStatus::WantWrite);
  held_ -= io.octets;
  return io;
}

PipePool::~PipePool() { check(lent_ == 0, "sessions end before their worker's pipes"); }

PipeLoan PipePool::borrow() {
  if (idle_.empty() && lent_ < kPipesOfWorker) {
    if (auto made = make()) idle_.push_back(std::move(made));
  }
  if (idle_.empty()) return nullptr;
  PipeLoan loan(idle_.back().release());
  idle_.pop_back();
  ++lent_;
  return loan;
}

std::unique_ptr<Pipe> PipePool::make() {
  int ends[2];
  if (::pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) return nullptr;
  // Refused beyond fs.pipe-user-pages-soft: then it is as large as it is.
  int octets = ::fcntl(ends[1], F_SETPIPE_SZ, static_cast<int>(wanted_));
  if (octets < 0) octets = ::fcntl(ends[1], F_GETPIPE_SZ);
  auto pipe = std::make_unique<Pipe>(ends[1], ends[0],
                                     static_cast<std::size_t>(std::max(octets, 0)), *this);
  if (pipe->capacity() < kLeastPipeOctets) return nullptr;
  return pipe;
}

void PipePool::take_back(std::unique_ptr<Pipe> pipe) {
  --lent_;
  if (pipe->held() == 0) idle_.push_back(std::move(pipe));
}

void PipeReturn::operator()(Pipe* pipe) const {
  pipe->home_->take_back(std::unique_ptr<Pipe>(pipe));
}

}  // namespace postern::net
