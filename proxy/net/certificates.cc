#include "proxy/net/certificates.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <list>
#include <utility>

namespace postern::net {

namespace {
constexpr std::size_t kStripes = 16;
constexpr std::size_t kPairsPerStripe = 64;  // 1024 in all, 12 KiB each

std::uint64_t some_of(const Sha256& id) {
  std::uint64_t some = 0;
  std::memcpy(&some, id.data() + 1, sizeof some);
  return some;
}
}  // namespace

class LoadedTable {
 public:
  std::shared_ptr<const LoadedPair> get(const StoredPair& pair) {
    Stripe& stripe = stripe_of(pair.id());
    // Held while loading: a storm of handshakes for one name loads its pair once.
    const std::scoped_lock held(stripe.lock);
    const auto found = stripe.find(pair.id());
    if (found != stripe.pairs.end()) {
      stripe.pairs.splice(stripe.pairs.begin(), stripe.pairs, found);
      return found->second;
    }
    std::shared_ptr<const LoadedPair> loaded = load_pair(pair.pair(), pair.facts().key_type);
    if (!loaded) return nullptr;
    stripe.pairs.emplace_front(pair.id(), loaded);
    if (stripe.pairs.size() > kPairsPerStripe) stripe.pairs.pop_back();
    return loaded;
  }

  void forget(const Sha256& id) {
    Stripe& stripe = stripe_of(id);
    const std::scoped_lock held(stripe.lock);
    const auto found = stripe.find(id);
    if (found != stripe.pairs.end()) stripe.pairs.erase(found);
  }

  std::size_t size() {
    std::size_t count = 0;
    for (Stripe& stripe : stripes_) {
      const std::scoped_lock held(stripe.lock);
      count += stripe.pairs.size();
    }
    return count;
  }

 private:
  using Entry = std::pair<Sha256, std::shared_ptr<const LoadedPair>>;
  struct Stripe {
    std::mutex lock;
    std::list<Entry> pairs;  // most recently used first

    std::list<Entry>::iterator find(const Sha256& id) {
      return std::find_if(pairs.begin(), pairs.end(),
                          [&](const Entry& entry) { return entry.first == id; });
    }
  };

  Stripe& stripe_of(const Sha256& id) { return stripes_[id[0] % kStripes]; }

  std::array<Stripe, kStripes> stripes_;
};

StoredPair::StoredPair(Sha256 id, config::KeyPair pair, PairFacts facts,
                       std::shared_ptr<LoadedTable> table)
    : id_(id), pair_(std::move(pair)), facts_(std::move(facts)), table_(std::move(table)) {}

StoredPair::~StoredPair() { table_->forget(id_); }

bool StoredPair::covers(std::string_view name) const {
  const std::size_t dot = name.find('.');
  const std::string_view parent = dot == std::string_view::npos ? "" : name.substr(dot);
  return std::any_of(facts_.dns_names.begin(), facts_.dns_names.end(), [&](std::string_view own) {
    if (own == name) return true;
    return own.starts_with("*.") && dot != 0 && own.substr(1) == parent;
  });
}

std::shared_ptr<const LoadedPair> StoredPair::load() const { return table_->get(*this); }

CertificateStore::CertificateStore() : table_(std::make_shared<LoadedTable>()) {}

Result<std::shared_ptr<const StoredPair>, std::string> CertificateStore::store(
    const config::KeyPair& pair) {
  // The key goes in as its own hash: no second copy of it is made.
  const Sha256 chain = sha256(pair.chain_pem.text());
  const Sha256 id = hmac_sha256({reinterpret_cast<const char*>(chain.data()), chain.size()},
                                pair.key_pem.reveal());
  const std::scoped_lock held(lock_);
  if (auto known = find(id)) return known;
  auto facts = read_pair(pair);
  if (!facts) return Fail<std::string>(std::move(facts.error()));
  // One list is enough where the resource says what the certificate does.
  if (facts->dns_names == pair.dns_names) facts->dns_names = pair.dns_names;
  auto stored = std::make_shared<const StoredPair>(
      id, config::KeyPair{pair.chain_pem, pair.key_pem, {}, 0}, std::move(*facts), table_);
  note(stored);
  return stored;
}

std::shared_ptr<const StoredPair> CertificateStore::find(const Sha256& id) const {
  for (const Known& known : known_[id[0]]) {
    if (known.some_of_id != some_of(id)) continue;
    if (auto pair = known.pair.lock(); pair && pair->id() == id) return pair;
  }
  return nullptr;
}

void CertificateStore::note(const std::shared_ptr<const StoredPair>& stored) {
  known_[stored->id()[0]].push_back({some_of(stored->id()), stored});
  if (++known_count_ <= sweep_at_) return;
  known_count_ = 0;
  for (std::vector<Known>& some : known_) {
    std::erase_if(some, [](const Known& known) { return known.pair.expired(); });
    known_count_ += some.size();
  }
  sweep_at_ = 2 * known_count_ + 64;
}

std::size_t CertificateStore::loaded() const { return table_->size(); }

}  // namespace postern::net
