// JSON of an object of a known kind → what is to be known of it here: its name and version, and
// where it is wanted the decoded object. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/result.h"
#include "controller/decode/decoder.h"
#include "controller/kube/reflector_sink.h"
#include "controller/model/objects.h"
#include "controller/source/watched_kinds.h"

namespace postern::source {

// What is known before anything is decoded.
struct Identity {
  model::ObjectKey key;
  std::string uid;
  std::int64_t generation = 0;  // 0: objects of this kind have none
  kube::Revision revision;
  std::string ingress_class;  // of a MailServer
};

struct ReadObject {
  Identity identity;
  // Nothing: it was not decoded, or was refused.
  model::SharedObject object;
  model::Problems problems;
};

// A document that is wiped when it goes: it may be a Secret's.
class ObjectText {
 public:
  // The error is without any of the text.
  [[nodiscard]] static Result<ObjectText, std::string> read(const WatchedKind& kind,
                                                            std::string_view json);
  ObjectText(ObjectText&& other) noexcept = default;
  ObjectText& operator=(ObjectText&& other) = delete;
  ~ObjectText();

  [[nodiscard]] const Identity& identity() const { return identity_; }
  // Once.
  [[nodiscard]] ReadObject decode(const decode::Decoder& decoder);

 private:
  ObjectText(decode::Node document, Identity identity)
      : document_(std::move(document)), identity_(std::move(identity)) {}

  decode::Node document_;
  Identity identity_;
};

}  // namespace postern::source
