#include "proxy/auth/json_answer.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "common/base/ascii.h"
#include "common/base/limits.h"
#include "proxy/auth/auth_http_answer.h"
#include "proxy/auth/auth_http_fields.h"
#include "proxy/auth/json_members.h"
#include "proxy/auth/json_request.h"

namespace postern::auth {

namespace {

using policy::Accept;
using policy::Answer;
using policy::AskAgain;
using policy::Question;
using policy::Refuse;
using policy::Unavailable;

// Members that have a meaning with one result only; with another the answer contradicts itself.
enum class Wanted : std::uint8_t { Accept, Refuse, Retry };

bool has_members_of_accept(const JsonMembers& members) {
  return members[TextMember::User] || members[TextMember::ActingAs] || members.password ||
         members.backend || members.attributes || members[NumberMember::Ttl];
}

bool contradicts(const JsonMembers& members, Wanted wanted) {
  const bool says_no = members[TextMember::Reason] || members[TextMember::Message];
  const bool waits = members[NumberMember::Wait].has_value();
  switch (wanted) {
    case Wanted::Accept: return says_no || waits;
    case Wanted::Refuse: return has_members_of_accept(members);
    case Wanted::Retry: return has_members_of_accept(members) || says_no;
  }
  return true;
}

// Security R4.
bool is_credential(ByteView value, std::size_t most) {
  return !value.empty() && value.size() <= most && !has_control(value);
}

Answer garbled(std::string_view why) { return Unavailable{std::string(why)}; }

// Who acts for somebody is let in as him only by a service that says so: one that does not know the
// member has decided about the user alone.
enum class Acting : std::uint8_t { AsAsked, NotGranted, Contradicted };

Acting acting_of(const JsonMembers& members, const Question& question) {
  const auto& said = members[TextMember::ActingAs];
  if (!asks_for_another(question)) return said ? Acting::Contradicted : Acting::AsAsked;
  if (!said) return Acting::NotGranted;
  return *said == question.acting_as ? Acting::AsAsked : Acting::Contradicted;
}

Answer accept(JsonMembers members, const Question& question) {
  Accept out;
  switch (acting_of(members, question)) {
    case Acting::AsAsked: break;
    case Acting::NotGranted: return Refuse{};
    case Acting::Contradicted: return garbled("acting_as is not what was asked");
  }
  if (const auto& user = members[TextMember::User]) {
    if (!is_credential(*user, limits::kNameOctets)) return garbled("user cannot be used");
    out.user = *user;
  }
  if (members.password) {
    const bool has_token =
        question.mechanism == Mechanism::XOAuth2 || question.mechanism == Mechanism::OAuthBearer;
    const std::size_t most = has_token ? limits::kTokenOctets : limits::kPasswordOctets;
    if (!is_credential(members.password->reveal(), most)) return garbled("password cannot be used");
    out.password = std::move(members.password);
  }
  if (members.backend) {
    const auto& address = members[TextMember::Address];
    const auto& port = members[NumberMember::Port];
    if (!address || !port) return garbled("backend has no address or no port");
    auto backend = backend_address(*address, fmt::format("{}", *port));
    if (!backend) return garbled("backend is no address and port");
    out.backend = *backend;
  }
  if (members.attributes) out.attributes = std::move(*members.attributes);
  if (const auto& ttl = members[NumberMember::Ttl]) out.ttl = std::chrono::seconds(*ttl);
  return out;
}

Duration bounded(std::uint32_t seconds) {
  return std::min<Duration>(std::chrono::seconds(seconds), kLongestWait);
}

Answer refuse(const JsonMembers& members) {
  Refuse out;
  const auto& reason = members[TextMember::Reason];
  if (reason && *reason != "credentials" && *reason != "unknown_user") {
    return garbled("reason is neither credentials nor unknown_user");
  }
  out.unknown_user = reason == "unknown_user";
  if (const auto& message = members[TextMember::Message]) out.text = refusal_text(*message);
  const auto& wait = members[NumberMember::Wait];
  if (wait && *wait > 0) out.wait = bounded(*wait);
  return out;
}

Answer retry(const JsonMembers& members) {
  const Duration wait = bounded(members[NumberMember::Wait].value_or(0));
  return AskAgain{std::max<Duration>(wait, kShortestRepeat)};
}

// One Content-Type, of the one type; parameters say nothing that JSON has to be told.
bool is_json(const HttpResponse& response) {
  std::size_t types = 0;
  bool json = false;
  for (const HttpField& field : response.fields) {
    if (!equal_ignoring_case(field.name, "Content-Type")) continue;
    ++types;
    ByteView type = field.value.substr(0, field.value.find(';'));
    while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
    json = equal_ignoring_case(type, "application/json");
  }
  return json && types == 1;
}

Answer judged(JsonMembers members, const Question& question) {
  if (members[NumberMember::Version] != kJsonVersion) return garbled("version is not 1");
  const auto& result = members[TextMember::Result];
  const bool yes = result == "accept";
  const bool no = result == "refuse";
  if (!yes && !no && result != "retry") return garbled("result is none that there is");
  const Wanted wanted = yes ? Wanted::Accept : (no ? Wanted::Refuse : Wanted::Retry);
  if (contradicts(members, wanted)) return garbled("the answer contradicts itself");
  if (yes) return accept(std::move(members), question);
  return no ? refuse(members) : retry(members);
}

}  // namespace

Answer json_answer(const HttpResponse& response, const Question& question) {
  if (response.status != 200) {
    return Unavailable{fmt::format("the service answered with status {}", response.status)};
  }
  if (!is_json(response)) return garbled("Content-Type is not application/json");
  if (!response.whole) return garbled("it is not said how long the answer is");
  auto members = json_members(response.body);
  if (!members) return Unavailable{std::move(members.error())};
  return judged(std::move(*members), question);
}

}  // namespace postern::auth
