// Who says whether a client is who he says, for a MailServer: the mail pod itself, a service that
// is asked, or the client's own certificate. A resource of its own, so that a change of a service
// touches nothing else.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/address.h"
#include "common/base/clock.h"
#include "common/base/mail.h"
#include "common/config/backend.h"
#include "common/config/client_certificates.h"

namespace postern::config {

enum class NoAnswer : std::uint8_t { TemporaryFailure, NextProvider };
enum class OnReject : std::uint8_t { Stop, NextProvider };

// The client's own credentials are given to the pod that has his mail.
struct BackendProvider {
  friend bool operator==(const BackendProvider&, const BackendProvider&) = default;
};

struct HttpHeader {
  std::string name;
  std::string value;   // literal, when `secret` is empty
  std::string secret;  // SECRET resource with a text; empty: none
  friend bool operator==(const HttpHeader&, const HttpHeader&) = default;
};

// Where a service is and how it is spoken to.
struct HttpService {
  bool secure = true;  // https
  std::string host;    // of the URL, or the Service's name in the cluster; no port
  std::uint16_t port = 443;
  std::string target = "/";              // path and query
  std::vector<ServerAddress> addresses;  // sorted; empty: nobody is there now
  BackendTls tls;                        // with https
  std::vector<HttpHeader> headers;       // after those that Postern writes
  friend bool operator==(const HttpService&, const HttpService&) = default;
};

enum class AuthStyle : std::uint8_t { AuthHttp, Json };
enum class Strictness : std::uint8_t { Strict, Nginx };
enum class RefusalText : std::uint8_t { Replace, PassThrough };

struct HttpProvider {
  HttpService service;
  AuthStyle style = AuthStyle::Json;
  Strictness strictness = Strictness::Strict;
  RefusalText refusal_text = RefusalText::Replace;
  bool sends_client_certificate = false;
  friend bool operator==(const HttpProvider&, const HttpProvider&) = default;
};

struct AnswerCache {
  std::chrono::seconds accepted{0};  // 0: not kept
  std::chrono::seconds rejected{0};
  std::uint32_t max_entries = 10'000;
  bool stale_when_unavailable = false;
  friend bool operator==(const AnswerCache&, const AnswerCache&) = default;
};

struct Provider {
  std::string name;                  // as written in the manifest
  std::vector<std::string> domains;  // login names in these only, lower case, sorted; empty: all
  Duration timeout{5'000};           // absolute, for one answer
  NoAnswer on_unavailable = NoAnswer::TemporaryFailure;
  OnReject on_reject = OnReject::Stop;
  MechanismSet mechanisms;  // that it can check
  std::optional<AnswerCache> cache = {};
  std::variant<BackendProvider, HttpProvider, CertificateProvider> kind = {};
  friend bool operator==(const Provider&, const Provider&) = default;
};

}  // namespace postern::config
