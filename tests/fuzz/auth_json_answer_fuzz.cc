#include <string>

#include "common/base/ascii.h"
#include "proxy/auth/auth_http_answer.h"
#include "proxy/auth/json_answer.h"
#include "proxy/auth/json_members.h"
#include "proxy/auth/json_request.h"
#include "tests/fuzz/fuzz.h"

using namespace postern;
using namespace postern::auth;

namespace {

void look_at(const policy::Answer& answer, ByteView document) {
  if (const auto* const yes = std::get_if<policy::Accept>(&answer)) {
    fuzz::promise(!has_control(yes->user) && is_utf8(yes->user), "a name can be said");
    fuzz::promise(!yes->password || !has_control(yes->password->reveal()), "a password can be");
    fuzz::promise(yes->attributes.size() <= kAttributes, "attributes are bounded");
    fuzz::promise(!yes->backend || yes->backend->port > 0, "a backend has a port");
    // Octets that are not escaped have to be there.
    const bool escaped = document.find('\\') != ByteView::npos;
    fuzz::promise(escaped || document.find("\"accept\"") != ByteView::npos, "a yes was said");
  }
  if (const auto* const no = std::get_if<policy::Refuse>(&answer)) {
    fuzz::promise(!has_control(no->text) && is_utf8(no->text), "it can be said");
    fuzz::promise(!no->wait || *no->wait <= kLongestWait, "a wait is bounded");
  }
  if (const auto* const again = std::get_if<policy::AskAgain>(&answer)) {
    fuzz::promise(again->after >= kShortestRepeat && again->after <= kLongestWait, "so is another");
  }
}

// What is asked is one document, whatever octets it is about: our own reader takes it.
void ask_about(const policy::Question& question) {
  const auto request = json_request(question);
  fuzz::promise(request.has_value() || !can_be_json(question) || question.user.size() > 4096,
                "text can be asked about");
  if (!request) return;
  const std::size_t end = request->view().find("\r\n\r\n");
  fuzz::promise(end != ByteView::npos, "a header has an end");
  const auto members = json_members(request->view().substr(end + 4));
  fuzz::promise(members.has_value(), "what is asked is JSON");
  fuzz::promise((*members)[TextMember::User] == question.user, "no name ends its string");
  fuzz::promise(members->password && members->password->reveal() == question.secret.reveal(),
                "no password does");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::uint8_t kind = input.octet();
  const ByteView document = input.rest().substr(0, std::size_t{16} << 10);
  config::Provider provider;
  provider.kind = config::HttpProvider{};
  policy::Question question;
  question.provider = &provider;
  question.mechanism = Mechanism::Plain;
  question.user = "alice";
  if ((kind & 1U) != 0) question.acting_as = "bob";
  HttpResponse response;
  response.status = 200;
  response.fields = {{"Content-Type", "application/json"}};
  response.body = document;
  response.whole = true;
  look_at(json_answer(response, question), document);
  question.user = document;
  question.secret = Secret(document.substr(0, 4096));
  ask_about(question);
  return 0;
}
