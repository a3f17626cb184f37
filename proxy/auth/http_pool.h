// HttpPool: the connections of one worker to one authority, that is: to the same addresses with the
// same TLS. Idle ones are kept for the next question, those who found none wait their turn. Which
// address is dialled next is remembered: one that failed comes last for a while.
// Values and lists; the desk does what they say. Belongs to one worker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "common/base/address.h"
#include "common/base/clock.h"
#include "common/config/provider.h"
#include "proxy/net/tls_client.h"
#include "proxy/policy/asker.h"

namespace postern::auth {

// mechanisms.md 6: enough for thousands of logins a second and worker, few enough for a service.
inline constexpr std::size_t kOpenConnections = 64;
inline constexpr std::size_t kIdleConnections = 8;
// Idle ones beyond them stay while they are needed again and again: of a burst the next one is as
// large, and a connection for each question costs more than the question.
inline constexpr std::chrono::seconds kSpareFor{1};
// A service that rolls is left, and a load balancer can move us.
inline constexpr std::uint32_t kQuestionsOnConnection = 1000;
inline constexpr std::chrono::seconds kConnectionAge{60};
// An address that could not be reached is tried after the others for so long.
inline constexpr std::chrono::seconds kAddressRest{5};

class HttpPool {
 public:
  explicit HttpPool(const std::vector<ServerAddress>& addresses);

  // What tells authorities apart; octets, not for people.
  [[nodiscard]] static std::string key(const config::HttpService& service,
                                       const net::TlsClient* tls);

  // In the order in which they are dialled now; each call begins with another one.
  [[nodiscard]] std::vector<std::size_t> order(Instant now);
  [[nodiscard]] const ServerAddress& address(std::size_t index) const {
    return addresses_[index].address;
  }
  void reached(std::size_t index) { addresses_[index].rests_until = {}; }
  void unreached(std::size_t index, Instant now) {
    addresses_[index].rests_until = now + kAddressRest;
  }
  [[nodiscard]] bool may_open() const { return open < kOpenConnections; }
  [[nodiscard]] bool deserted() const { return open == 0 && waiting.empty(); }

  std::size_t open = 0;             // connections, idle ones too
  std::vector<std::uint32_t> idle;  // their slots, the last used last
  std::size_t spare = 0;            // of the idle ones: so many nobody needed since `counted`
  Instant counted{};
  std::deque<policy::RequestId> waiting;
  // What kept the TLS factory of the last question. While it lives the factory's address, which is
  // part of the key, is no other one's.
  std::weak_ptr<const void> factory_kept_by;

 private:
  struct Address {
    ServerAddress address;
    Instant rests_until{};
  };
  std::vector<Address> addresses_;
  std::size_t next_ = 0;
};

}  // namespace postern::auth
