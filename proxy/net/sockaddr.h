// The kernel's addresses and ours, and the options that every TCP connection gets. For the files of
// this room only.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <string>

#include "common/base/address.h"

namespace postern::net {

struct KernelAddress {
  sockaddr_storage storage{};
  socklen_t length = sizeof(sockaddr_storage);
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

[[nodiscard]] KernelAddress to_kernel(const SocketAddress& address);
// An address that is not IP (a socket pair) gives the default SocketAddress.
[[nodiscard]] SocketAddress from_kernel(const KernelAddress& address);
[[nodiscard]] SocketAddress local_address_of(int fd);

// A small message does not wait for the answer to the one before.
void set_no_delay(int fd);
void set_option(int fd, int level, int option, int value);  // a refusal is no matter
// A peer that vanished without FIN is noticed within 120 s (F21).
void set_keep_alive(int fd);

[[nodiscard]] std::string system_reason(int number);

}  // namespace postern::net
