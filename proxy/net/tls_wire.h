// TlsWire: what a TLS object reads from and writes to: a descriptor, or records that were read from
// it already, many with one system call. Reads exactly what TLS asks for, unless octets are given;
// what was given and not taken stays first. What a handshake says is gathered, so that a flight is
// one segment, and a ticket leaves with what is said next. Made and used by Stream alone.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "common/base/bytes.h"

struct bio_st;

namespace postern::net {

class TlsWire {
 public:
  explicit TlsWire(int fd) : fd_(fd) {}

  // Its end is the BIO's, which the TLS object owns.
  [[nodiscard]] static bio_st* open(int fd);
  [[nodiscard]] static TlsWire& of(bio_st* bio);

  // For the BIO.
  [[nodiscard]] int read(char* into, int most, bool& again);
  [[nodiscard]] int write(const char* octets, int count, bool& again);
  [[nodiscard]] bool ended() const { return ended_; }

  // Until keep(), reads are served from `records` alone; `end`: nothing follows them.
  void give(ByteView records, bool end);
  // What is left of the records is copied, and the next read may go to the descriptor.
  void keep();
  [[nodiscard]] bool holds() const { return !given_.empty(); }
  // Until send_gathered(), what is written waits.
  void gather() { gathers_ = true; }
  // Writes it, or leaves it to go with the next write. False: not all of it fits yet, or `broken`.
  // `flags`: of send(2), MSG_MORE where the end of our side follows at once.
  [[nodiscard]] bool send_gathered(bool& broken, int flags);
  void send_later() { gathers_ = false; }

 private:
  [[nodiscard]] long send(ByteView octets, int flags);

  int fd_;
  bool only_given_ = false;
  bool ended_ = false;
  bool gathers_ = false;
  ByteView given_;
  std::string gathered_;
  std::unique_ptr<char[]> kept_;
};

}  // namespace postern::net
