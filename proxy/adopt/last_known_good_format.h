// The octets of a last-known-good file: a head of fixed length, so that the proof is one octet that
// can be written alone, and a body that its digest is of. docs/decisions/0005-last-known-good.md.
// Only last_known_good.cc uses it. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "common/config/resource.h"

namespace postern::adopt {

// One collection's part of the view that the configuration was made of.
struct CollectionRevision {
  std::string collection;
  std::uint64_t resource_version = 0;
  friend bool operator==(const CollectionRevision&, const CollectionRevision&) = default;
};
using Revision = std::vector<CollectionRevision>;

struct SavedConfig {
  std::string version;
  Revision revision;
  std::vector<std::shared_ptr<const config::Resource>> resources;
};

enum class Proof : char { No = 'n', Tried = 't', Yes = 'y' };

struct SavedFile {
  Proof proof = Proof::No;
  SavedConfig config;
  std::size_t left_out = 0;  // resources that this program cannot read
};

// Octets that may hold private keys: wiped in the end, and where they were before they grew.
class KeyedOctets {
 public:
  explicit KeyedOctets(std::size_t room) { text_.reserve(room); }
  ~KeyedOctets() { wipe(text_.data(), text_.size()); }
  KeyedOctets(KeyedOctets&&) = delete;
  KeyedOctets& operator=(KeyedOctets&&) = delete;

  void put(ByteView octets);
  void put_number(std::uint64_t number, std::size_t octets);
  void put_text(ByteView text);  // its length first
  [[nodiscard]] std::string& text() { return text_; }

 private:
  std::string text_;
};

inline constexpr std::size_t kProofAt = 33;
inline constexpr std::size_t kMostSavedOctets = std::size_t{400} << 20;

enum class PrivateKeys : std::uint8_t { Keep, LeaveOut };

void write_saved(const SavedConfig& config, Proof proof, PrivateKeys keys, KeyedOctets& out);
// Or what is wrong with it. Nothing but a whole body is believed.
[[nodiscard]] Result<SavedFile, std::string> read_saved(ByteView octets);

}  // namespace postern::adopt
