#include "proxy/net/tls_tickets.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <utility>

#include "common/base/digest.h"

namespace postern::net {

namespace {

constexpr std::size_t kMasterOctets = 32;
constexpr int kIvOctets = 16;

Secret new_master() {
  std::array<char, kMasterOctets> octets{};
  random_octets(octets.data(), octets.size());
  Secret master(ByteView(octets.data(), octets.size()));
  wipe(octets.data(), octets.size());
  return master;
}

// One block of HKDF-Expand (RFC 5869 §2.3). The master is uniformly random, so it needs no Extract.
Sha256 expand(ByteView master, const std::string& context, char block) {
  std::string label = "postern ticket ";
  label += block;
  label += context;
  return hmac_sha256(master, label);
}

TicketKeys derive(ByteView master, const std::string& context) {
  TicketKeys keys;
  const Sha256 name = expand(master, context, 'n');
  std::copy_n(name.begin(), keys.name.size(), keys.name.begin());
  keys.cipher = expand(master, context, 'c');
  keys.mac = expand(master, context, 'm');
  return keys;
}

bool set_mac(const TicketKeys& keys, EVP_MAC_CTX* mac) {
  char digest[] = "SHA256";
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                               OSSL_PARAM_construct_end()};
  return EVP_MAC_init(mac, keys.mac.data(), keys.mac.size(), params) == 1;
}

bool open_with(const TicketKeys& keys, const TicketRequest& request) {
  return EVP_DecryptInit_ex(request.cipher, EVP_aes_256_cbc(), nullptr, keys.cipher.data(),
                            request.iv) == 1 &&
         set_mac(keys, request.mac);
}

bool is_for(const TicketKeys& keys, const TicketRequest& request) {
  return CRYPTO_memcmp(keys.name.data(), request.key_name, keys.name.size()) == 0;
}

}  // namespace

TicketMasters::TicketMasters(const Clock& clock)
    : clock_(clock), current_(new_master()), previous_(new_master()), since_(clock.now()) {}

void TicketMasters::renew() {
  const Instant now = clock_.now();
  if (now - since_ < kPeriod) return;
  // Tickets older than two periods are opened by no key that is left.
  previous_ = now - since_ < 2 * kPeriod ? std::move(current_) : new_master();
  current_ = new_master();
  since_ = now;
}

TicketKeys TicketMasters::keys(Which which, const std::string& context) {
  const std::scoped_lock held(lock_);
  renew();
  return derive((which == Which::Current ? current_ : previous_).reveal(), context);
}

int seal_ticket(const TicketKeys& keys, const TicketRequest& request) {
  if (RAND_bytes(request.iv, kIvOctets) != 1) return -1;
  std::copy(keys.name.begin(), keys.name.end(), request.key_name);
  const bool ready = EVP_EncryptInit_ex(request.cipher, EVP_aes_256_cbc(), nullptr,
                                        keys.cipher.data(), request.iv) == 1 &&
                     set_mac(keys, request.mac);
  return ready ? 1 : -1;
}

int open_ticket(TicketMasters& masters, const std::string& context, const TicketRequest& request) {
  constexpr int kOpened = 1;
  constexpr int kOpenedRenew = 2;
  const TicketKeys current = masters.keys(TicketMasters::Which::Current, context);
  if (is_for(current, request)) return open_with(current, request) ? kOpened : -1;
  const TicketKeys previous = masters.keys(TicketMasters::Which::Previous, context);
  if (is_for(previous, request)) return open_with(previous, request) ? kOpenedRenew : -1;
  return 0;
}

}  // namespace postern::net
