#include <algorithm>
#include <string>

#include "common/base/ascii.h"
#include "proxy/auth/auth_http_answer.h"
#include "proxy/auth/response_reader.h"
#include "tests/fuzz/fuzz.h"

using namespace postern;
using namespace postern::auth;

namespace {

std::string text_of(const policy::Answer& answer) {
  if (const auto* const yes = std::get_if<policy::Accept>(&answer)) {
    std::string out = "accept " + yes->user + "|";
    if (yes->password) out += yes->password->reveal();
    return out + "|" + (yes->backend ? yes->backend->text() : "");
  }
  if (const auto* const no = std::get_if<policy::Refuse>(&answer)) {
    fuzz::promise(!has_control(no->text) && !has_control(no->error_code), "it can be said");
    fuzz::promise(!no->wait || *no->wait <= kLongestWait, "a wait is bounded");
    return "refuse " + no->text + "|" + no->error_code + "|" + no->challenge;
  }
  return std::holds_alternative<policy::AskAgain>(answer) ? "again" : "unavailable";
}

std::string judged(const policy::Question& question, ByteView octets, std::size_t fragment) {
  ResponseReader reader(std::get<config::HttpProvider>(question.provider->kind).strictness);
  Reading reading = Reading::NeedMore;
  while (reading == Reading::NeedMore && !octets.empty()) {
    const std::span<char> room = reader.room();
    const std::size_t now = std::min({fragment, octets.size(), room.size()});
    fuzz::promise(now > 0, "who needs more has room for it");
    std::copy_n(octets.begin(), now, room.begin());
    octets.remove_prefix(now);
    reading = reader.took(now);
  }
  if (reading != Reading::Done) return "unavailable";
  return text_of(auth_http_answer(reader.response(), question));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::size_t fragment = input.fragment_size();
  const std::uint8_t kind = input.octet();
  config::HttpProvider http;
  http.style = config::AuthStyle::AuthHttp;
  http.strictness = (kind & 1U) != 0 ? config::Strictness::Nginx : config::Strictness::Strict;
  config::Provider provider;
  provider.kind = http;
  policy::Question question;
  question.provider = &provider;
  question.protocol = (kind & 2U) != 0 ? Protocol::Submission : Protocol::Imap;
  question.mechanism = (kind & 4U) != 0 ? Mechanism::OAuthBearer : Mechanism::Plain;
  const ByteView octets = input.rest();
  const std::string whole = judged(question, octets, octets.size());
  fuzz::promise(whole == judged(question, octets, fragment), "cuts change nothing");
  const bool strictly = http.strictness == config::Strictness::Strict;
  if (strictly && whole.starts_with("accept")) {
    fuzz::promise(octets.starts_with("HTTP/1.") && octets.find("OK") != ByteView::npos,
                  "a yes was said");
  }
  return 0;
}
