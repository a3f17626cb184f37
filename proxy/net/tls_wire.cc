#include "proxy/net/tls_wire.h"

#include <openssl/bio.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>

#include "common/base/check.h"

namespace postern::net {

namespace {

int read_wire(BIO* bio, char* into, int most) {
  BIO_clear_retry_flags(bio);
  bool again = false;
  const int got = TlsWire::of(bio).read(into, most, again);
  if (again) BIO_set_retry_read(bio);
  return got;
}

int write_wire(BIO* bio, const char* octets, int count) {
  BIO_clear_retry_flags(bio);
  bool again = false;
  const int put = TlsWire::of(bio).write(octets, count, again);
  if (again) BIO_set_retry_write(bio);
  return put;
}

long control_wire(BIO* bio, int what, long, void*) {
  if (what == BIO_CTRL_EOF) return TlsWire::of(bio).ended() ? 1 : 0;
  return what == BIO_CTRL_FLUSH || what == BIO_CTRL_DUP ? 1 : 0;
}

int end_wire(BIO* bio) {
  delete static_cast<TlsWire*>(BIO_get_data(bio));
  BIO_set_data(bio, nullptr);
  return 1;
}

BIO_METHOD* make_method() {
  BIO_METHOD* const method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wire");
  check(method && BIO_meth_set_read(method, read_wire) == 1 &&
            BIO_meth_set_write(method, write_wire) == 1 &&
            BIO_meth_set_ctrl(method, control_wire) == 1 &&
            BIO_meth_set_destroy(method, end_wire) == 1,
        "a kind of BIO can be made");
  return method;
}

}  // namespace

bio_st* TlsWire::open(int fd) {
  static BIO_METHOD* const method = make_method();
  BIO* const bio = BIO_new(method);
  check(bio, "a BIO can be made");
  BIO_set_data(bio, std::make_unique<TlsWire>(fd).release());
  BIO_set_init(bio, 1);
  return bio;
}

TlsWire& TlsWire::of(bio_st* bio) { return *static_cast<TlsWire*>(BIO_get_data(bio)); }

int TlsWire::read(char* into, int most, bool& again) {
  const auto room = static_cast<std::size_t>(most);
  if (!given_.empty()) {
    const std::size_t taken = std::min(room, given_.size());
    std::memcpy(into, given_.data(), taken);
    given_.remove_prefix(taken);
    if (given_.empty()) kept_.reset();
    return static_cast<int>(taken);
  }
  if (only_given_) {
    again = !ended_;
    return ended_ ? 0 : -1;
  }
  ssize_t got = 0;
  do {
    got = ::recv(fd_, into, room, 0);
  } while (got < 0 && errno == EINTR);
  ended_ = got == 0;
  again = got < 0 && errno == EAGAIN;
  return static_cast<int>(got);
}

// What was gathered and these, with one system call: how many of both were taken.
long TlsWire::send(ByteView octets, int flags) {
  iovec parts[] = {{gathered_.data(), gathered_.size()},
                   {const_cast<char*>(octets.data()), octets.size()}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = std::size(parts);
  ssize_t put = 0;
  do {
    put = ::sendmsg(fd_, &message, MSG_NOSIGNAL | flags);
  } while (put < 0 && errno == EINTR);
  return put;
}

int TlsWire::write(const char* octets, int count, bool& again) {
  const ByteView all(octets, static_cast<std::size_t>(count));
  if (gathers_) {
    gathered_.append(all);
    return count;
  }
  const long put = send(all, 0);
  const auto before = static_cast<long>(gathered_.size());
  again = put < 0 ? errno == EAGAIN : put <= before;
  if (put < 0) return -1;
  if (before > 0) gathered_.erase(0, static_cast<std::size_t>(std::min(put, before)));
  if (gathered_.empty()) gathered_.shrink_to_fit();
  return put > before ? static_cast<int>(put - before) : -1;
}

bool TlsWire::send_gathered(bool& broken, int flags) {
  gathers_ = false;
  if (gathered_.empty()) return true;
  const long put = send({}, flags);
  broken = put < 0 && errno != EAGAIN;
  if (put > 0) gathered_.erase(0, static_cast<std::size_t>(put));
  if (gathered_.empty()) gathered_.shrink_to_fit();
  return gathered_.empty();
}

void TlsWire::give(ByteView records, bool end) {
  check(given_.empty(), "records are given in their order");
  given_ = records;
  ended_ = end;
  only_given_ = true;
}

void TlsWire::keep() {
  only_given_ = false;
  if (given_.empty() || kept_) return;
  kept_ = std::make_unique<char[]>(given_.size());
  std::memcpy(kept_.get(), given_.data(), given_.size());
  given_ = {kept_.get(), given_.size()};
}

}  // namespace postern::net
