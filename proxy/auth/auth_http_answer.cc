#include "proxy/auth/auth_http_answer.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "common/base/ascii.h"
#include "common/base/limits.h"
#include "proxy/auth/auth_http_fields.h"
#include "proxy/grammar/base64.h"

namespace postern::auth {

namespace {

using policy::Accept;
using policy::Answer;
using policy::AskAgain;
using policy::Question;
using policy::Refuse;
using policy::Unavailable;

// RFC 7628 §3.2.2's document, in base64, is far shorter.
constexpr std::size_t kChallengeOctets = 1024;

enum class Status : std::uint8_t { Ok, Wait, Refusal, Unclear };

Status status_of(ByteView value) {
  if (value == "OK") return Status::Ok;
  if (value == "WAIT") return Status::Wait;
  return Status::Refusal;
}

// What a service may have meant as a yes is neither a yes nor a refusal (security AU5).
bool sounds_like_yes(ByteView value) {
  const auto end = std::ranges::find_if_not(value, is_letter);
  const ByteView first = value.substr(0, static_cast<std::size_t>(end - value.begin()));
  return value.empty() || equal_ignoring_case(first, "ok") || equal_ignoring_case(first, "okay") ||
         equal_ignoring_case(value, "wait");
}

Status strict_status(const AuthHttpFields& fields) {
  if (fields.statuses.size() != 1) return Status::Unclear;
  const Status status = status_of(fields.statuses[0]);
  const bool unclear = status == Status::Refusal && sounds_like_yes(fields.statuses[0]);
  return unclear ? Status::Unclear : status;
}

// ARES-6: a failure text wins over WAIT, and WAIT over OK; none at all is a yes. An empty one is a
// failure for every protocol (BUG-7).
Status nginx_status(const AuthHttpFields& fields) {
  Status worst = Status::Ok;
  for (const ByteView value : fields.statuses) worst = std::max(worst, status_of(value));
  return worst;
}

// The text that refused.
ByteView refusal_in(const AuthHttpFields& fields) {
  const auto found = std::ranges::find(fields.statuses, Status::Refusal, status_of);
  return found == fields.statuses.end() ? ByteView{} : *found;
}

class Judge {
 public:
  Judge(const AuthHttpFields& fields, const Question& question)
      : fields_(fields),
        question_(question),
        as_nginx_(std::get<config::HttpProvider>(question.provider->kind).strictness ==
                  config::Strictness::Nginx) {}

  [[nodiscard]] Answer answer() const {
    switch (as_nginx_ ? nginx_status(fields_) : strict_status(fields_)) {
      case Status::Ok: return accept();
      case Status::Wait: return ask_again();
      case Status::Refusal: return refuse();
      case Status::Unclear: break;
    }
    return Unavailable{"Auth-Status is not there, there twice, or not to be understood"};
  }

 private:
  [[nodiscard]] Answer accept() const {
    Accept out;
    if (const auto& user = fields_[AuthField::User]) {
      if (!is_credential(*user, limits::kNameOctets)) return unfit(AuthField::User);
      out.user = *user;
    }
    if (const auto& password = fields_[AuthField::Pass]) {
      const std::size_t most = has_token() ? limits::kTokenOctets : limits::kPasswordOctets;
      if (!is_credential(*password, most)) return unfit(AuthField::Pass);
      out.password = Secret(*password);
    }
    if (as_nginx_ && needs_password() && !out.password) return Unavailable{"Auth-Pass is missing"};
    const ByteView server = fields_[AuthField::Server].value_or("");
    const ByteView port = fields_[AuthField::Port].value_or("");
    // ARES-8: nginx has nowhere else to go.
    const bool nowhere = !fields_[AuthField::Server] && !fields_[AuthField::Port] && !as_nginx_;
    if (nowhere) return out;
    if (server.empty() || port.empty()) {
      return Unavailable{"Auth-Server or Auth-Port is missing"};
    }
    auto address = backend_address(server, port);
    if (!address) return Unavailable{std::move(address.error())};
    out.backend = *address;
    return out;
  }

  [[nodiscard]] Answer refuse() const {
    Refuse out;
    out.text = refusal_text(refusal_in(fields_));
    const std::uint32_t wait = seconds_to_wait();
    // ARES-11: without a wait the session ends.
    if (wait > 0) out.wait = bounded(wait);
    const ByteView code = fields_[AuthField::ErrorCode].value_or("");
    if (is_smtp() && is_reply_code(code)) out.error_code = code;
    const ByteView challenge = fields_[AuthField::ErrorSasl].value_or("");
    if (has_token() && !challenge.empty() &&
        grammar::base64::decode(challenge, kChallengeOctets).has_value()) {
      out.challenge = challenge;
    }
    return out;
  }

  [[nodiscard]] Answer ask_again() const {
    return AskAgain{std::max<Duration>(bounded(seconds_to_wait()), kShortestRepeat)};
  }

  // Security R4.
  [[nodiscard]] static bool is_credential(ByteView value, std::size_t most) {
    return !value.empty() && value.size() <= most && !has_control(value);
  }
  [[nodiscard]] static Answer unfit(AuthField field) {
    return Unavailable{fmt::format("{} cannot be used", name_of(field))};
  }
  [[nodiscard]] static Duration bounded(std::uint32_t seconds) {
    return std::min(std::chrono::seconds(seconds), kLongestWait);
  }
  // Other text is ignored, a sign too.
  [[nodiscard]] std::uint32_t seconds_to_wait() const {
    const auto& wait = fields_[AuthField::Wait];
    return wait ? decimal(*wait).value_or(0) : 0;
  }
  [[nodiscard]] bool is_smtp() const {
    return question_.protocol == Protocol::Submission || question_.protocol == Protocol::Mx ||
           question_.protocol == Protocol::Lmtp;
  }
  [[nodiscard]] bool has_token() const {
    return question_.mechanism == Mechanism::XOAuth2 ||
           question_.mechanism == Mechanism::OAuthBearer;
  }
  // ARES-10: nothing that the client sent would log in at the backend.
  [[nodiscard]] bool needs_password() const {
    const bool proves_otherwise =
        question_.mechanism == Mechanism::CramMd5 || question_.mechanism == Mechanism::External;
    return proves_otherwise && !is_smtp();
  }

  const AuthHttpFields& fields_;
  const Question& question_;
  bool as_nginx_;
};

}  // namespace

Answer auth_http_answer(const HttpResponse& response, const Question& question) {
  const config::Strictness strictness =
      std::get<config::HttpProvider>(question.provider->kind).strictness;
  const bool well = response.status >= 200 && response.status < 300;
  if (strictness == config::Strictness::Strict && !well) {
    return Unavailable{fmt::format("the service answered with status {}", response.status)};
  }
  const auto fields = auth_http_fields(response, strictness);
  if (!fields) return Unavailable{fields.error()};
  return Judge(*fields, question).answer();
}

}  // namespace postern::auth
