#include "proxy/grammar/sasl.h"

#include <string>

#include "common/base/ascii.h"
#include "common/base/limits.h"
#include "proxy/grammar/base64.h"
#include "tests/fuzz/fuzz.h"

using namespace postern;
using namespace postern::grammar;

namespace {

void promise_name(ByteView name) {
  fuzz::promise(
      !name.empty() && name.size() <= limits::kNameOctets && !has_control(name) && is_utf8(name),
      "R4 holds for a name");
}

// What the evidence says, encoded again as a client would.
Secret encode_again(const Evidence& evidence) {
  if (const auto* const password = std::get_if<PasswordEvidence>(&evidence)) {
    promise_name(password->name);
    fuzz::promise(!objection_to_password(password->password.reveal()), "R4 holds for a password");
    return encode_plain(password->authzid, password->name, password->password.reveal());
  }
  if (const auto* const cram = std::get_if<CramMd5Evidence>(&evidence)) {
    promise_name(cram->name);
    return base64::encode_secret(cram->name + " " + cram->digest);
  }
  if (const auto* const external = std::get_if<ExternalEvidence>(&evidence)) {
    return encode_external(external->authzid);
  }
  const auto& bearer = std::get<BearerEvidence>(evidence);
  promise_name(bearer.name);
  return bearer.mechanism == Mechanism::XOAuth2
             ? encode_xoauth2(bearer.name, bearer.token.reveal())
             : encode_oauthbearer(bearer.name, bearer.token.reveal());
}

std::string challenge_of(Mechanism mechanism) {
  return mechanism == Mechanism::CramMd5 ? "<1@x>" : "";
}

SaslStep answer(Mechanism mechanism, ByteView line) {
  SaslExchange exchange(mechanism, challenge_of(mechanism));
  static_cast<void>(exchange.start(std::nullopt));
  return exchange.next(line);
}

void run(Mechanism mechanism, ByteView line) {
  SaslStep step = answer(mechanism, line);
  if (std::holds_alternative<SaslNeedLine>(step)) {
    fuzz::promise(mechanism == Mechanism::Login, "LOGIN alone has two lines");
    return;
  }
  const auto* const evidence = std::get_if<Evidence>(&step);
  if (!evidence) return;
  const Secret text = encode_again(*evidence);
  const SaslStep again = answer(mechanism, text.reveal());
  const auto* const same = std::get_if<Evidence>(&again);
  fuzz::promise(same && encode_again(*same).reveal() == text.reveal(),
                "evidence that is encoded is taken as the same evidence");
}

void run_login(ByteView octets) {
  SaslExchange exchange(Mechanism::Login);
  const std::size_t cut = octets.find('\n');
  SaslStep step = exchange.start(base64::encode(octets.substr(0, cut)));
  if (!std::holds_alternative<SaslNeedLine>(step)) return;
  const ByteView password = cut == ByteView::npos ? ByteView{} : octets.substr(cut + 1);
  step = exchange.next(base64::encode(password));
  const bool taken = std::holds_alternative<Evidence>(step);
  fuzz::promise(taken == !objection_to_password(password), "R4 decides about a password");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const Mechanism mechanism = kMechanisms[input.octet() % std::size(kMechanisms)];
  run(mechanism, input.rest());
  run(mechanism, base64::encode(input.rest()));
  run_login(input.rest());
  fuzz::promise(Secret::live() == 0, "no secret is left behind");
  return 0;
}
