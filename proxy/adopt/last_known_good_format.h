// The octets of a last-known-good file: a head of fixed length, so that the proof is one octet that
// can be written alone, and a body that its digest is of. docs/decisions/0005-last-known-good.md.
// Only last_known_good.cc uses it. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/digest.h"
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

// Octets on their way into a file, a piece at a time: a whole configuration is never there twice.
// They may be private keys, and are wiped when they were taken.
class Pieces {
 public:
  using Take = std::function<bool(ByteView)>;  // false: nothing more is wanted

  explicit Pieces(Take take) : take_(std::move(take)) { piece_.reserve(kPieceOctets); }
  ~Pieces() { wipe(piece_.data(), piece_.size()); }
  Pieces(Pieces&&) = delete;
  Pieces& operator=(Pieces&&) = delete;

  void put_number(std::uint64_t number, std::size_t octets);
  void put_text(ByteView text);  // its length first
  // Gives what is left. False: not all was taken.
  [[nodiscard]] bool finish() {
    give();
    return taken_;
  }

 private:
  static constexpr std::size_t kPieceOctets = std::size_t{64} << 10;
  void put(ByteView octets);
  void give();

  Take take_;
  std::string piece_;
  bool taken_ = true;
};

inline constexpr std::size_t kProofAt = 33;
inline constexpr std::size_t kMostSavedOctets = std::size_t{400} << 20;

enum class PrivateKeys : std::uint8_t { Keep, LeaveOut };

// As long whatever it says; `digest` is of the body.
[[nodiscard]] std::string saved_head(Proof proof, const Sha256& digest);
// False: not all was taken.
[[nodiscard]] bool write_body(const SavedConfig& config, PrivateKeys keys, Pieces& out);
// Or what is wrong with it. Nothing but a whole body is believed.
[[nodiscard]] Result<SavedFile, std::string> read_saved(ByteView octets);

}  // namespace postern::adopt
