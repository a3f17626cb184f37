// The status of one MailServer, as its author finds it in `kubectl get -o yaml` or in a file beside
// his manifests: values only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/mail.h"
#include "common/config/backend.h"
#include "common/config/listener.h"
#include "controller/model/object_key.h"

namespace postern::status {

enum class Truth : std::uint8_t { True, False, Unknown };
[[nodiscard]] std::string_view word_of(Truth truth);

struct Condition {
  std::string type;
  Truth truth = Truth::Unknown;
  std::string reason;
  std::string message;
  std::int64_t observed_generation = 0;
  WallTime since{};  // when `truth` became what it is
};

struct ListenerStatus {
  std::uint16_t port = 0;
  Protocol protocol = Protocol::Imap;
  config::ListenerTls tls = config::ListenerTls::StartTls;
  std::vector<Condition> conditions;
};

struct BackendPortStatus {
  Protocol protocol = Protocol::Imap;
  std::uint16_t port = 0;
  config::BackendTlsMode tls = config::BackendTlsMode::Implicit;
};

// What was found of an entry of spec.backends.
struct BackendStatus {
  std::string name;
  std::vector<BackendPortStatus> ports;
  std::vector<Condition> conditions;
};

// What one proxy refused, in its words.
struct Rejection {
  std::string proxy;
  std::string config_version;
  std::string code;
  std::string field;
  std::string message;
  WallTime observed{};
};

struct ProxySummary {
  std::size_t attached = 0;
  std::size_t acknowledged = 0;
  std::size_t rejected = 0;
  std::vector<Rejection> rejections;  // at most 8
};

struct MailServerStatus {
  model::ObjectKey key;
  std::string uid;  // empty: of a source without such
  std::int64_t generation = 0;
  std::vector<Condition> conditions;
  std::vector<ListenerStatus> listeners;
  std::vector<BackendStatus> backends;
  std::string protocols;                    // "IMAP,POP3": those with a listener that is open
  std::int64_t earliest_expiry_unix_s = 0;  // of the certificates in use; 0: there is none
  std::string config_version;
  ProxySummary proxies;

  [[nodiscard]] const Condition* condition(std::string_view type) const;
};

}  // namespace postern::status
