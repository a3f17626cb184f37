// What tests of questions and answers begin with: a provider and a login, and octets of a service
// read as a desk reads them.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "proxy/auth/auth_http_answer.h"
#include "proxy/auth/auth_http_request.h"
#include "proxy/auth/request_text.h"
#include "proxy/auth/response_reader.h"
#include "proxy/auth/style.h"
#include "proxy/net/ready_provider.h"
#include "proxy/policy/question.h"

namespace postern::auth::test {

inline ServerAddress mk_address(const std::string& text) {
  return ServerAddress{*SocketAddress::parse(text)};
}

inline config::Provider mk_provider(config::Strictness strictness = config::Strictness::Strict) {
  config::HttpProvider http;
  http.style = config::AuthStyle::AuthHttp;
  http.strictness = strictness;
  http.service.secure = false;
  http.service.host = "auth.example";
  http.service.port = 80;
  http.service.target = "/auth?x=1";
  http.service.addresses = {mk_address("10.0.0.1:80")};
  config::Provider provider;
  provider.name = "web";
  provider.kind = std::move(http);
  return provider;
}

inline config::HttpProvider& http_of(config::Provider& provider) {
  return std::get<config::HttpProvider>(provider.kind);
}

inline config::Provider mk_json_provider() {
  config::Provider provider = mk_provider();
  http_of(provider).style = config::AuthStyle::Json;
  return provider;
}

// A document of a service of style JSON, in an answer.
inline std::string json_of(const std::string& document, const std::string& status = "200 OK",
                           const std::string& type = "application/json") {
  return "HTTP/1.1 " + status + "\r\nContent-Type: " + type +
         "\r\nContent-Length: " + std::to_string(document.size()) + "\r\n\r\n" + document;
}

// `provider` must outlive it.
inline policy::Question mk_question(const config::Provider& provider,
                                    const std::string& user = "alice") {
  policy::Question question;
  question.provider = &provider;
  question.mechanism = Mechanism::Plain;
  question.user = user;
  question.secret = Secret("secret");
  question.client = ClientAddress{*SocketAddress::parse("192.0.2.9:40000")};
  question.server_name = "mail/example";
  question.resource = "mail/example/web";
  return question;
}

// What is sent, or "! reason".
inline std::string request_for(const policy::Question& question) {
  const auto request = request_of(question);
  return request ? std::string(request->view()) : "! " + request.error();
}

// Reads `octets`, `fragment` at a time, then the end if they are not enough.
inline Reading read_all(ResponseReader& reader, ByteView octets, std::size_t fragment) {
  Reading reading = Reading::NeedMore;
  while (reading == Reading::NeedMore && !octets.empty()) {
    const std::span<char> room = reader.room();
    const std::size_t now = std::min({fragment, octets.size(), room.size()});
    std::copy_n(octets.begin(), now, room.begin());
    octets.remove_prefix(now);
    reading = reader.took(now);
  }
  return reading;
}

// What an answer of a service means; one that cannot be read is Unavailable, as for a desk.
inline policy::Answer answer_to(const policy::Question& question, ByteView octets) {
  ResponseReader reader(std::get<config::HttpProvider>(question.provider->kind).strictness);
  Reading reading = read_all(reader, octets, octets.size());
  if (reading == Reading::NeedMore) reading = reader.ended();
  if (reading == Reading::Malformed) return policy::Unavailable{reader.fault()};
  return answer_of(reader.response(), question);
}

// One line a kind of answer: "accept user=bob password=x backend=10.0.0.1:143".
inline std::string words(const policy::Answer& answer) {
  if (const auto* const yes = std::get_if<policy::Accept>(&answer)) {
    std::string out = "accept";
    if (!yes->user.empty()) out += " user=" + yes->user;
    if (yes->password) out += " password=" + std::string(yes->password->reveal());
    if (yes->backend) out += " backend=" + yes->backend->text();
    for (const auto& [name, value] : yes->attributes) out += " " + name + "=" + value;
    if (yes->ttl) out += " ttl=" + std::to_string(yes->ttl->count());
    return out;
  }
  if (const auto* const no = std::get_if<policy::Refuse>(&answer)) {
    std::string out = "refuse [" + no->text + "]";
    if (no->unknown_user) out += " unknown";
    if (no->wait) out += " wait=" + std::to_string(no->wait->count());
    if (!no->error_code.empty()) out += " code=" + no->error_code;
    if (!no->challenge.empty()) out += " challenge=" + no->challenge;
    return out;
  }
  if (const auto* const again = std::get_if<policy::AskAgain>(&answer)) {
    return "again " + std::to_string(again->after.count());
  }
  return "unavailable";
}

}  // namespace postern::auth::test
