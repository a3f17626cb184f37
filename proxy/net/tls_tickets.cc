#include "proxy/net/tls_tickets.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/base/check.h"
#include "common/base/digest.h"

namespace postern::net {

namespace {

constexpr std::size_t kKeyNameOctets = 16;
constexpr std::size_t kCipherOctets = 32;
constexpr std::size_t kMacOctets = 32;
constexpr std::size_t kKeyOctets = kKeyNameOctets + kCipherOctets + kMacOctets;
constexpr int kIvOctets = 16;
constexpr Instant kNever = Instant::max();

Secret new_master() {
  std::array<char, config::kTicketMasterOctets> octets{};
  random_octets(octets.data(), octets.size());
  Secret master(ByteView(octets.data(), octets.size()));
  wipe(octets.data(), octets.size());
  return master;
}

// One block of HKDF-Expand (RFC 5869 §2.3). The master is uniformly random, so it needs no Extract.
struct Expansion {
  ByteView master;
  const std::string& context;
  char* into;

  void add(char block, std::size_t octets) {
    std::string label = "postern ticket ";
    label += block;
    label += context;
    Sha256 expanded = hmac_sha256(master, label);
    into = std::copy_n(expanded.begin(), octets, into);
    wipe(expanded.data(), expanded.size());
  }
};

Secret derive_all(const std::vector<ByteView>& masters, const std::string& context) {
  std::array<char, config::kMostOwnTicketMasters * kKeyOctets> row{};
  check(masters.size() * kKeyOctets <= row.size(), "keys of so many masters at most are derived");
  Expansion expansion{{}, context, row.data()};
  for (const ByteView master : masters) {
    expansion.master = master;
    expansion.add('n', kKeyNameOctets);
    expansion.add('c', kCipherOctets);
    expansion.add('m', kMacOctets);
  }
  Secret out(ByteView(row.data(), masters.size() * kKeyOctets));
  wipe(row.data(), row.size());
  return out;
}

// Never an epoch of masters that are renewed.
constexpr std::uint64_t kOwn = 0;

std::vector<ByteView> masters_in(ByteView row) {
  std::vector<ByteView> out;
  for (; !row.empty(); row.remove_prefix(config::kTicketMasterOctets)) {
    out.push_back(row.substr(0, config::kTicketMasterOctets));
  }
  return out;
}

struct TicketKey {
  ByteView octets;
  [[nodiscard]] const unsigned char* name() const { return at(0); }
  [[nodiscard]] const unsigned char* cipher() const { return at(kKeyNameOctets); }
  [[nodiscard]] const unsigned char* mac() const { return at(kKeyNameOctets + kCipherOctets); }
  [[nodiscard]] const unsigned char* at(std::size_t offset) const {
    return reinterpret_cast<const unsigned char*>(octets.data()) + offset;
  }
};

// Looked up once: OpenSSL 3 would look for it in its providers for every ticket.
const EVP_CIPHER* ticket_cipher() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr);
  check(cipher != nullptr, "OpenSSL has AES");
  return cipher;
}

bool set_mac(const TicketKey& key, EVP_MAC_CTX* mac) {
  char digest[] = "SHA256";
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                               OSSL_PARAM_construct_end()};
  return EVP_MAC_init(mac, key.mac(), kMacOctets, params) == 1;
}

bool open_with(const TicketKey& key, const TicketRequest& request) {
  return EVP_DecryptInit_ex(request.cipher, ticket_cipher(), nullptr, key.cipher(), request.iv) ==
             1 &&
         set_mac(key, request.mac);
}

}  // namespace

TicketMasters::TicketMasters(const Clock& clock)
    : clock_(clock),
      current_(new_master()),
      previous_(new_master()),
      renew_at_(clock.now() + config::kTicketKeysPeriod),
      last_until_(kNever) {}

void TicketMasters::take(std::shared_ptr<const config::TicketKeys> shared) {
  const std::scoped_lock held(lock_);
  if (!shared && !shared_) return;
  shared_ = std::move(shared);
  last_until_ = shared_ ? clock_.now() + (config::kTicketKeysLast - age()) : kNever;
  ++epoch_;
}

bool TicketMasters::usable() const {
  return last_until_.load() == kNever || clock_.now() < last_until_.load();
}

// A controller whose clock is ahead made them just now.
std::chrono::seconds TicketMasters::age() const {
  return std::chrono::seconds{std::max<std::int64_t>(0, unix_seconds() - shared_->made_unix_s)};
}

std::int64_t TicketMasters::unix_seconds() const {
  return std::chrono::duration_cast<std::chrono::seconds>(clock_.wall().time_since_epoch()).count();
}

std::uint64_t TicketMasters::epoch() {
  if (clock_.now() >= renew_at_.load(std::memory_order_relaxed)) {
    const std::scoped_lock held(lock_);
    renew_own();
  }
  return epoch_;
}

void TicketMasters::renew_own() {
  const Instant now = clock_.now();
  const Instant due = renew_at_;
  if (now < due) return;
  // Tickets older than two periods are opened by no key that is left.
  previous_ = now - due < config::kTicketKeysPeriod ? std::move(current_) : new_master();
  current_ = new_master();
  renew_at_ = now + config::kTicketKeysPeriod;
  ++epoch_;
}

TicketKeySet TicketMasters::derive(const std::string& context) {
  const std::scoped_lock held(lock_);
  if (!shared_) return {epoch_, derive_all({current_.reveal(), previous_.reveal()}, context)};
  return {epoch_, derive_all({shared_->current.reveal(), shared_->next.reveal(),
                              shared_->previous.reveal()},
                             context)};
}

std::shared_ptr<const TicketKeySet> TicketContext::keys(TicketMasters& masters) const {
  const std::uint64_t epoch = own_.empty() ? masters.epoch() : kOwn;
  const std::scoped_lock held(lock_);
  if (!kept_ || kept_->epoch != epoch) {
    kept_ = std::make_shared<const TicketKeySet>(
        own_.empty() ? masters.derive(text_)
                     : TicketKeySet{kOwn, derive_all(masters_in(own_.reveal()), text_)});
  }
  return kept_;
}

int seal_ticket(const TicketKeySet& keys, const TicketRequest& request) {
  if (RAND_bytes(request.iv, kIvOctets) != 1) return -1;
  const TicketKey key{keys.octets.reveal()};
  std::copy_n(key.name(), kKeyNameOctets, request.key_name);
  const bool ready =
      EVP_EncryptInit_ex(request.cipher, ticket_cipher(), nullptr, key.cipher(), request.iv) == 1 &&
      set_mac(key, request.mac);
  return ready ? 1 : -1;
}

int open_ticket(const TicketKeySet& keys, const TicketRequest& request) {
  constexpr int kOpened = 1;
  constexpr int kOpenedRenew = 2;
  int opened = kOpened;
  for (ByteView rest = keys.octets.reveal(); !rest.empty(); rest.remove_prefix(kKeyOctets)) {
    const TicketKey key{rest};
    if (CRYPTO_memcmp(key.name(), request.key_name, kKeyNameOctets) == 0) {
      return open_with(key, request) ? opened : -1;
    }
    opened = kOpenedRenew;
  }
  return 0;
}

}  // namespace postern::net
