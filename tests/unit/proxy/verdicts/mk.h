// What tests of kept answers begin with: a provider that keeps them, and a login.
#pragma once

#include <chrono>
#include <string>

#include "common/config/provider.h"
#include "proxy/policy/question.h"

namespace postern::verdicts::test {

inline config::Provider mk_provider(config::AnswerCache terms = {std::chrono::seconds(300),
                                                                 std::chrono::seconds(10)}) {
  config::Provider provider;
  provider.name = "web";
  provider.cache = terms;
  provider.kind = config::HttpProvider{};
  return provider;
}

// `provider` must outlive it.
inline policy::Question mk_question(const config::Provider& provider,
                                    const std::string& user = "alice",
                                    const std::string& password = "secret") {
  policy::Question question;
  question.provider = &provider;
  question.resource = "mail/example/web";
  question.version = "v1";
  question.mechanism = Mechanism::Plain;
  question.user = user;
  question.secret = Secret(password);
  question.client = ClientAddress{*SocketAddress::parse("192.0.2.9:40000")};
  question.server_name = "mail/example";
  return question;
}

}  // namespace postern::verdicts::test
