// CertificateStore: key pairs by content, as they came until a handshake needs them, then loaded in
// an LRU that the workers share. A pair that is no longer stored leaves the LRU with it, so a
// replaced key is out of memory when the last snapshot and the last handshake that used it are
// done. Thread: any; locks are striped and held for a look-up, or while one pair is loaded (0.3
// ms).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/base/digest.h"
#include "proxy/net/pem.h"

namespace postern::net {

class LoadedTable;

class StoredPair {
 public:
  StoredPair(Sha256 id, config::KeyPair pair, PairFacts facts, std::shared_ptr<LoadedTable> table);
  ~StoredPair();
  StoredPair(const StoredPair&) = delete;
  StoredPair& operator=(const StoredPair&) = delete;

  [[nodiscard]] const Sha256& id() const { return id_; }
  [[nodiscard]] const PairFacts& facts() const { return facts_; }
  [[nodiscard]] const config::KeyPair& pair() const { return pair_; }
  // A certificate for this name (RFC 6125 §6.4.3: a wildcard stands for one label). Lower case.
  [[nodiscard]] bool covers(std::string_view name) const;
  // The pair, loaded now if it was not.
  [[nodiscard]] std::shared_ptr<const LoadedPair> load() const;

 private:
  Sha256 id_;
  config::KeyPair pair_;  // its texts: shared with the resource
  PairFacts facts_;
  std::shared_ptr<LoadedTable> table_;
};

class CertificateStore {
 public:
  CertificateStore();
  // Reads the pair, or finds the one read before.
  [[nodiscard]] Result<std::shared_ptr<const StoredPair>, std::string> store(
      const config::KeyPair& pair);
  // How many pairs are loaded: keys that handshakes can use without reading DER.
  [[nodiscard]] std::size_t loaded() const;

 private:
  std::shared_ptr<LoadedTable> table_;
  std::mutex lock_;
  // By the first octet of their ids, which are as good as random; a node for each would weigh.
  struct Known {
    std::uint64_t some_of_id;
    std::weak_ptr<const StoredPair> pair;
  };
  [[nodiscard]] std::shared_ptr<const StoredPair> find(const Sha256& id) const;
  void note(const std::shared_ptr<const StoredPair>& stored);
  std::array<std::vector<Known>, 256> known_;
  std::size_t known_count_ = 0;  // those too that are gone and were not swept out yet
  std::size_t sweep_at_ = 64;
};

}  // namespace postern::net
