// Certificates of the stream for tests: authorities, pairs of any identity, and the directories
// that --certs names.
#pragma once

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>

#include <stdlib.h>

#include "common/identity/mint.h"
#include "common/identity/pair.h"
#include "tests/support/certificates.h"

namespace postern::test {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "postern-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline std::string slurp(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void spill(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::trunc) << text;
}

// What lies in a directory of --certs.
struct PairFiles {
  std::string authorities;
  std::string chain;
  std::string key;

  [[nodiscard]] identity::PairText text() const { return {authorities, chain, key}; }
  void write_to(const std::string& folder) const {
    std::filesystem::create_directories(folder);
    spill(folder + "/ca.crt", authorities);
    spill(folder + "/tls.key", key);
    spill(folder + "/tls.crt", chain);
  }
};

// `seconds` from `now`, both ways.
inline identity::Validity around(WallTime now, long since = 3'600, long until = 86'400) {
  return {now - std::chrono::seconds(since), now + std::chrono::seconds(until)};
}

class StreamAuthority {
 public:
  explicit StreamAuthority(identity::Validity valid = around(std::chrono::system_clock::now()),
                           const std::string& ingress_class = "mail")
      : minted_(identity::mint_authority(ingress_class, valid)),
        certificate_(std::move(identity::read_certificates(minted_.certificate).front())),
        key_(identity::read_key(minted_.key.reveal())) {}

  [[nodiscard]] const std::string& pem() const { return minted_.certificate; }
  [[nodiscard]] std::string key_pem() const { return std::string(minted_.key.reveal()); }
  [[nodiscard]] identity::Signer signer() const { return {certificate_.get(), key_.get()}; }

  [[nodiscard]] PairFiles issue(
      const identity::Identity& who,
      identity::Validity valid = around(std::chrono::system_clock::now())) const {
    const auto leaf = identity::mint_leaf(signer(), who, valid);
    if (!leaf) throw std::runtime_error(leaf.error());
    return {pem(), leaf->certificate, std::string(leaf->key.reveal())};
  }
  // Any subject alternative names, any key, in the words of OpenSSL.
  [[nodiscard]] PairFiles issue_odd(const std::string& names, KeyKind kind = KeyKind::Ec,
                                    const std::string& usage = {}) const {
    const Pkey key(kind);
    const Certificate leaf;
    name_and_date(leaf.get(), Leaf{}, "odd");
    X509_set_issuer_name(leaf.get(), X509_get_subject_name(certificate_.get()));
    X509_set_pubkey(leaf.get(), key.get());
    if (!names.empty()) {
      add_extension(leaf.get(), certificate_.get(), NID_subject_alt_name, names);
    }
    if (!usage.empty()) add_extension(leaf.get(), certificate_.get(), NID_ext_key_usage, usage);
    X509_sign(leaf.get(), key_.get(), EVP_sha256());
    return {pem(), leaf.pem(), key.pem()};
  }

 private:
  identity::Minted minted_;
  identity::Certificate certificate_;
  identity::Key key_;
};

}  // namespace postern::test
