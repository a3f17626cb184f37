// TicketMasters: the secrets that ticket keys are made of. Random, of this process, renewed every
// 12 h; the one before still opens tickets. Keys are derived for each context (policy, protocol,
// tenant), so a ticket of one is noise to every other (TL12). Thread: any.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <mutex>
#include <string>

#include "common/base/clock.h"
#include "common/base/secret.h"

struct ssl_st;

namespace postern::net {

struct TicketKeys {
  std::array<std::uint8_t, 16> name{};
  std::array<std::uint8_t, 32> cipher{};
  std::array<std::uint8_t, 32> mac{};
  TicketKeys() = default;
  TicketKeys(const TicketKeys&) = default;
  TicketKeys& operator=(const TicketKeys&) = default;
  ~TicketKeys() { wipe(this, sizeof *this); }
};

class TicketMasters {
 public:
  explicit TicketMasters(const Clock& clock);
  enum class Which : std::uint8_t { Current, Previous };
  [[nodiscard]] TicketKeys keys(Which which, const std::string& context);

  static constexpr std::chrono::hours kPeriod{12};

 private:
  void renew();

  const Clock& clock_;
  std::mutex lock_;
  Secret current_;
  Secret previous_;
  Instant since_;
};

// What OpenSSL asks when a ticket is made (sealing 1) or shown (0); its answer goes back to
// OpenSSL.
struct TicketRequest {
  unsigned char* key_name;
  unsigned char* iv;
  EVP_CIPHER_CTX* cipher;
  EVP_MAC_CTX* mac;
};
[[nodiscard]] int seal_ticket(const TicketKeys& keys, const TicketRequest& request);
// 1: opened, 2: opened and to be renewed, 0: not one of ours.
[[nodiscard]] int open_ticket(TicketMasters& masters, const std::string& context,
                              const TicketRequest& request);

}  // namespace postern::net
