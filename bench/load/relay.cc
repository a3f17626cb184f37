#include "bench/load/relay.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <utility>
#include <vector>

#include "bench/load/channel.h"

namespace postern::bench {
namespace {

constexpr std::size_t kPipe = 1024 * 1024;
constexpr std::size_t kCopied = 64 * 1024;

std::vector<std::array<int, 2>>& spare_pipes() {
  thread_local std::vector<std::array<int, 2>> pipes;
  return pipes;
}

bool borrow_pipe(std::array<int, 2>& pipe) {
  auto& spare = spare_pipes();
  if (!spare.empty()) {
    pipe = spare.back();
    spare.pop_back();
    return true;
  }
  if (pipe2(pipe.data(), O_NONBLOCK | O_CLOEXEC) != 0) return false;
  fcntl(pipe[1], F_SETPIPE_SZ, static_cast<int>(kPipe));
  return true;
}

}  // namespace

RelayPair::RelayPair(int client, int server, bool by_splice)
    : ends_{client, server}, by_splice_(by_splice) {}

RelayPair::~RelayPair() {
  for (const int fd : ends_) close(fd);
  for (const Way& way : ways_) {
    if (way.pipe[0] >= 0) {
      close(way.pipe[0]);
      close(way.pipe[1]);
    }
  }
}

void RelayPair::ready() {
  bool over = true;
  for (std::size_t i = 0; i < 2; ++i) {
    Way& way = ways_[i];
    const int to = ends_[1 - i];
    const Moved moved = move(way, ends_[i], to);
    if (moved == Moved::kBroken) return Loop::mine().bury(std::unique_ptr<Party>(this));
    if (way.ended && moved == Moved::kAll && !std::exchange(way.told, true)) shutdown(to, SHUT_WR);
    over = over && way.told;
  }
  if (over) Loop::mine().bury(std::unique_ptr<Party>(this));
}

RelayPair::Moved RelayPair::move(Way& way, int from, int to) const {
  return by_splice_ ? splice_octets(way, from, to) : copy_octets(way, from, to);
}

RelayPair::Moved RelayPair::splice_octets(Way& way, int from, int to) const {
  while (true) {
    if (way.piped == 0 && !way.ended) {
      if (way.pipe[0] < 0 && !borrow_pipe(way.pipe)) return Moved::kBroken;
      const ssize_t got =
          splice(from, nullptr, way.pipe[1], nullptr, kPipe, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
      if (got < 0 && errno != EAGAIN) return errno == ENOTCONN ? Moved::kAll : Moved::kBroken;
      way.ended = got == 0;
      way.piped = got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    if (way.piped == 0) break;
    const ssize_t sent =
        splice(way.pipe[0], nullptr, to, nullptr, way.piped, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
    if (sent < 0) return errno == EAGAIN || errno == ENOTCONN ? Moved::kBlocked : Moved::kBroken;
    way.piped -= static_cast<std::size_t>(sent);
  }
  if (way.pipe[0] >= 0) spare_pipes().push_back(std::exchange(way.pipe, {-1, -1}));
  return Moved::kAll;
}

RelayPair::Moved RelayPair::copy_octets(Way& way, int from, int to) {
  while (true) {
    while (!way.blocked.empty()) {
      const ssize_t sent = send(to, way.blocked.data(), way.blocked.size(), MSG_NOSIGNAL);
      if (sent < 0) return errno == EAGAIN ? Moved::kBlocked : Moved::kBroken;
      way.blocked.erase(0, static_cast<std::size_t>(sent));
    }
    if (way.ended) return Moved::kAll;
    const ssize_t got = recv(from, receive_buffer(), kCopied, 0);
    if (got < 0) return errno == EAGAIN ? Moved::kAll : Moved::kBroken;
    way.ended = got == 0;
    const ssize_t sent =
        got == 0 ? 0 : send(to, receive_buffer(), static_cast<std::size_t>(got), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return Moved::kBroken;
    way.blocked.assign(receive_buffer() + (sent > 0 ? sent : 0),
                       static_cast<std::size_t>(got - (sent > 0 ? sent : 0)));
  }
}

}  // namespace postern::bench
