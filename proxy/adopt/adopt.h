// Adopter: a new configuration comes into force, or says why not, resource by resource. One bad
// resource keeps its predecessor and is reported; the rest of the update goes on.
// Thread: the control thread calls apply(), which returns before `done`; `done` is called on it
// too, after every worker adopted, and again when an error of that update stands no more: a port
// could be opened after all, a missing resource came. The other questions are answered on any
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/config/resource.h"

namespace postern::adopt {

struct Update {
  std::string version;  // of the whole after this update
  std::vector<config::Resource> upserts;
  std::vector<config::ResourceKey> removals;
  bool full_state = false;  // what is not named goes
};

enum class State : std::uint8_t { Active, PartiallyActive, Rejected };
enum class ErrorCode : std::uint8_t {
  Invalid,
  Unsupported,
  MissingDependency,
  BadCertificate,
  BindFailed,
  LimitExceeded,
  Internal
};

struct ResourceError {
  config::ResourceKey key;
  std::string version;          // the refused one
  std::string running_version;  // what stays in force; empty: nothing
  ErrorCode code = ErrorCode::Invalid;
  std::string field;
  std::string detail;  // never secret material
  bool retryable = false;
};

struct Outcome {
  State state = State::Active;
  std::vector<ResourceError> errors;
};

struct HeldResource {
  config::ResourceKey key;
  std::string version;
};

class Adopter {
 public:
  virtual ~Adopter() = default;
  virtual void apply(Update update, std::function<void(Outcome)> done) = 0;
  // What is in force: for Hello.
  [[nodiscard]] virtual std::vector<HeldResource> held() const = 0;
  // Names of refused versions that may come into force yet. Control thread.
  [[nodiscard]] virtual std::vector<config::ResourceKey> waiting() const { return {}; }
  // As it was received; null: nothing of that name is in force.
  [[nodiscard]] virtual std::shared_ptr<const config::Resource> resource(
      const config::ResourceKey& key) const = 0;
  [[nodiscard]] virtual std::string version() const = 0;
};

}  // namespace postern::adopt
