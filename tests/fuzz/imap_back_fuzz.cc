// ImapBack and a hostile backend. Input: one octet that chooses the login, then (length, octets)
// pairs: what arrives, in which pieces. Whatever comes, nothing secret is said before TLS, not more
// is read than was allowed, and a login succeeds only after all of it was said.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "common/base/check.h"
#include "proxy/dialogue/imap_back.h"

namespace {

using namespace postern;
using namespace postern::dialogue;

constexpr std::string_view kPassword = "hunter2-hunter2";

BackLogin login_of(unsigned choice) {
  BackLogin login;
  login.name = choice % 2 == 0 ? "alice"
                               : "al\xc3\xaf"
                                 "ce";
  login.password = Secret(kPassword);
  login.tag = "abcdefgh";
  login.tls = static_cast<BackLogin::Tls>(choice / 2 % 3);
  login.mechanism = static_cast<BackLogin::PasswordMechanism>(choice / 6 % 3);
  login.pipelining = choice / 18 % 2 == 0;
  if (choice / 36 % 2 == 0) login.introduction = Introduction{"192.0.2.1", 1, "", 0, "s", 3};
  return login;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  ByteView rest(reinterpret_cast<const char*>(data), size);
  const auto choice = static_cast<unsigned char>(rest.front());
  rest.remove_prefix(1);
  BackLogin login = login_of(choice);
  bool secure = login.tls != BackLogin::Tls::StartTls;
  ImapBack back(std::move(login));
  std::string inbox;
  std::string said;
  std::size_t consumed = 0;
  while (!rest.empty()) {
    const std::size_t length = static_cast<unsigned char>(rest.front());
    inbox += rest.substr(1, length);
    rest.remove_prefix(std::min(rest.size(), length + 1));
    while (!inbox.empty()) {
      Reply reply;
      auto turn = back.on(Octets{inbox}, reply);
      check(turn.consumed <= inbox.size(), "no more is consumed than there is");
      inbox.erase(0, turn.consumed);
      consumed += turn.consumed;
      said += reply.view();
      check(secure || said.find("LOGIN") == std::string::npos, "nothing secret before TLS");
      check(consumed <= limits::kBackendReplyOctets, "no more is read than was allowed");
      if (std::holds_alternative<LoggedIn>(turn.step)) {
        const bool plain = said.find(kPassword) != std::string::npos;
        const bool base64 = said.find("aHVudGVyMi1odW50ZXIy") != std::string::npos ||
                            said.find("h1bnRlcjItaHVudGVyM") != std::string::npos ||
                            said.find("odW50ZXIyLWh1bnRlcj") != std::string::npos;
        check(plain || base64, "whoever is let in has said his password");
        return 0;
      }
      if (std::holds_alternative<BackRefused>(turn.step)) return 0;
      if (std::holds_alternative<StartTls>(turn.step)) {
        if (!inbox.empty()) return 0;
        secure = true;
        Reply after;
        turn = back.on(BackTlsUp{}, after);
        said += after.view();
      }
      if (turn.consumed == 0) break;
    }
  }
  return 0;
}
