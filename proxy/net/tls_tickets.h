// Tickets: with which keys they are sealed and opened. TicketMasters has the secrets that keys are
// made of: those of the controller, equal in all proxies; without any, random ones of this process,
// renewed every 12 h. Keys are derived for each context (policy, protocol, tenant), so a ticket of
// one is noise to every other (TL12), and kept by the context until the masters change.
// Thread: any.
#pragma once

#include <openssl/evp.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/secret.h"
#include "common/config/ticket_keys.h"

namespace postern::net {

// Keys of one context in one row: the first seals, all open.
struct TicketKeySet {
  std::uint64_t epoch = 0;  // of the masters that they were made of
  Secret octets;            // of each key: name 16, AES 32, MAC 32
};

class TicketMasters {
 public:
  explicit TicketMasters(const Clock& clock);
  // What the controller says; null: it says nothing, and this process uses its own.
  void take(std::shared_ptr<const config::TicketKeys> shared);
  // False: they are so old that nobody can be renewing them.
  [[nodiscard]] bool usable() const;
  // Another number when keys have to be derived anew.
  [[nodiscard]] std::uint64_t epoch();
  [[nodiscard]] TicketKeySet derive(const std::string& context);
  [[nodiscard]] std::int64_t unix_seconds() const;

 private:
  [[nodiscard]] std::chrono::seconds age() const;
  void renew_own();  // under the lock

  const Clock& clock_;
  mutable std::mutex lock_;
  std::shared_ptr<const config::TicketKeys> shared_;
  Secret current_;
  Secret previous_;
  std::atomic<std::uint64_t> epoch_{1};
  std::atomic<Instant> renew_at_;    // our own
  std::atomic<Instant> last_until_;  // the controller's are used
};

// Whose tickets: a tenant under a policy.
class TicketContext {
 public:
  // `own`: masters of its own, in a row, which nobody renews but whoever gave them; or empty.
  TicketContext(std::string text, SharedSecret own)
      : text_(std::move(text)), own_(std::move(own)) {}
  [[nodiscard]] bool usable(const TicketMasters& masters) const {
    return !own_.empty() || masters.usable();
  }
  // As they are now.
  [[nodiscard]] std::shared_ptr<const TicketKeySet> keys(TicketMasters& masters) const;

 private:
  std::string text_;
  SharedSecret own_;
  mutable std::mutex lock_;  // held for a look, or for nine hashes twice a day
  mutable std::shared_ptr<const TicketKeySet> kept_;
};

// What OpenSSL asks when a ticket is made (sealing 1) or shown (0); its answer goes back to
// OpenSSL.
struct TicketRequest {
  unsigned char* key_name;
  unsigned char* iv;
  EVP_CIPHER_CTX* cipher;
  EVP_MAC_CTX* mac;
};
[[nodiscard]] int seal_ticket(const TicketKeySet& keys, const TicketRequest& request);
// 1: opened, 2: opened and to be renewed, 0: not one of ours.
[[nodiscard]] int open_ticket(const TicketKeySet& keys, const TicketRequest& request);

}  // namespace postern::net
