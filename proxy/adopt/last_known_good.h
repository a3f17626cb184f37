// LastKnownGood: the configuration in force, kept in a folder of its own, so that a proxy that
// starts while no controller can be reached serves what it served before. The format, and why two
// files, is docs/decisions/0005-last-known-good.md.
// Private keys are only kept where the folder is in memory; elsewhere whoever needs them waits for
// the controller. Whatever the moment of a crash: each file is the old or the new one, whole.
// Thread: one at a time; it waits for the disk, so not the one that answers the controller.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/log.h"
#include "common/base/result.h"
#include "proxy/adopt/last_known_good_format.h"

namespace postern::adopt {

struct Restored {
  enum class From : std::uint8_t { Current, Previous };
  SavedConfig config;
  From from = From::Current;
  bool is_proven = false;
};

class LastKnownGood {
 public:
  // Called with the name of each step that was just taken; a test's, which ends the process there.
  using Reached = std::function<void(std::string_view step)>;
  enum class Medium : std::uint8_t { AsFound, Memory, Disk };
  struct Settings {
    std::string directory;
    Medium medium = Medium::AsFound;
    Reached reached = {};
  };
  using Done = Result<void, std::string>;

  // Makes the folder if need be, with mode 0700. Fails when it cannot be ours alone: it belongs to
  // somebody else, or another process keeps its configuration there.
  [[nodiscard]] static Result<std::unique_ptr<LastKnownGood>, std::string> open(Settings settings,
                                                                                Log& log);
  ~LastKnownGood();
  LastKnownGood(const LastKnownGood&) = delete;
  LastKnownGood& operator=(const LastKnownGood&) = delete;

  // What to start with. `current` if it is proven; after a crash `previous`; without one an
  // unproven `current`, but only once: what crashed us twice is not tried again.
  [[nodiscard]] std::optional<Restored> restore();
  // A new `current`, not proven yet. What it replaces becomes `previous` if that was proven.
  [[nodiscard]] Done save(const SavedConfig& config);
  // `current` has served for long enough.
  [[nodiscard]] Done prove();
  // `config` has served for long enough, and `current` has changed meanwhile.
  [[nodiscard]] Done save_previous(const SavedConfig& config);

  [[nodiscard]] bool keeps_private_keys() const { return keeps_private_keys_; }

 private:
  LastKnownGood(int folder, bool keeps_private_keys, Reached reached, Log& log);

  [[nodiscard]] std::optional<SavedFile> read(const char* name) const;
  [[nodiscard]] Result<SavedFile, std::string> read_file(const char* name) const;
  [[nodiscard]] Done write_next(const SavedConfig& config, Proof proof);
  [[nodiscard]] Done write_octets(int file, ByteView octets);
  [[nodiscard]] Done keep_current_as_previous();
  [[nodiscard]] Done rename_next(const char* to);
  [[nodiscard]] Done mark(Proof proof);
  void reached(std::string_view step) const;

  const int folder_;
  const bool keeps_private_keys_;
  const Reached reached_;
  Log& log_;
  bool current_is_proven_ = false;
};

}  // namespace postern::adopt
