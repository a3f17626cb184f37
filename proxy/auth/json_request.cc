#include "proxy/auth/json_request.h"

#include <optional>
#include <string_view>
#include <variant>

#include <fmt/format.h>

#include "common/base/ascii.h"
#include "proxy/auth/json_text.h"
#include "proxy/auth/request_text.h"

namespace postern::auth {

namespace {

// The member that the secret goes into; nothing: this style cannot ask about the mechanism.
std::optional<std::string_view> secret_member(const policy::Question& question) {
  if (!question.mechanism) return std::nullopt;
  switch (*question.mechanism) {
    case Mechanism::Plain:
    case Mechanism::Login: return "password";
    case Mechanism::XOAuth2:
    case Mechanism::OAuthBearer: return "token";
    case Mechanism::CramMd5:
    case Mechanism::External: break;
  }
  return std::nullopt;
}

void put_place(JsonText& out, std::string_view name, const SocketAddress& address) {
  out.open(name);
  out.member("address", address.ip.text());
  out.member("port", std::uint32_t{address.port});
  out.close();
}

void put_certificate(JsonText& out, const policy::ClientTlsFacts& tls, bool with_pem) {
  out.open("certificate");
  out.member("verification", tls.verification);
  out.member_unless_empty("subject", tls.subject);
  out.member_unless_empty("issuer", tls.issuer);
  out.member_unless_empty("serial", tls.serial);
  out.member_unless_empty("fingerprint", tls.fingerprint);
  if (with_pem) out.member_unless_empty("pem", tls.certificate_pem);
  out.close();
}

void put_tls(JsonText& out, const policy::Question& question, bool with_pem) {
  const policy::ClientTlsFacts& tls = *question.client_tls;
  out.open("tls");
  out.member("version", tls.version);
  out.member("cipher", tls.suite);
  out.member_unless_empty("server_name", question.asked_name);
  if (!tls.verification.empty()) put_certificate(out, tls, with_pem);
  out.close();
}

void put_client(JsonText& out, const policy::Question& question) {
  put_place(out, "client", question.client);
  if (const auto& proxy = question.proxy_header) {
    out.open("proxy_protocol");
    put_place(out, "source", proxy->source);
    put_place(out, "destination", proxy->destination);
    out.close();
  }
}

// Names in a certificate may be in any encoding.
bool is_all_text(const policy::ClientTlsFacts& tls) {
  return is_utf8(tls.subject) && is_utf8(tls.issuer) && is_utf8(tls.verification);
}

bool put_document(JsonText& out, const policy::Question& question, std::string_view secret_name) {
  const auto& http = std::get<config::HttpProvider>(question.provider->kind);
  out.member("version", kJsonVersion);
  out.member("protocol", protocol_word(question.protocol));
  out.member("mechanism", name_of(*question.mechanism));
  out.member("attempt", question.attempt);
  out.member("server", question.server_name);
  out.member("user", question.user);
  if (asks_for_another(question)) out.member("acting_as", question.acting_as);
  out.member(secret_name, question.secret.reveal());
  put_client(out, question);
  if (question.client_tls) put_tls(out, question, http.sends_client_certificate);
  return out.finish();
}

}  // namespace

bool can_be_json(const policy::Question& question) {
  return is_utf8(question.user) && is_utf8(question.acting_as) && is_utf8(question.secret.reveal());
}

bool asks_for_another(const policy::Question& question) {
  return !question.acting_as.empty() && !equal_ignoring_case(question.acting_as, question.user);
}

Result<Buffer, std::string> json_request(const policy::Question& question) {
  const auto& http = std::get<config::HttpProvider>(question.provider->kind);
  const auto secret_name = secret_member(question);
  if (!secret_name) return Fail<std::string>("style JSON cannot ask about this mechanism");
  if (!can_be_json(question)) return Fail<std::string>("it is not UTF-8");
  if (!is_utf8(question.asked_name) || !is_utf8(question.server_name) ||
      (question.client_tls && !is_all_text(*question.client_tls))) {
    return Fail<std::string>("what is known of the client is not UTF-8");
  }
  JsonText document(kRequestOctets);
  if (!put_document(document, question, *secret_name)) {
    return Fail<std::string>("the question is too long");
  }
  RequestText out;
  out.first_line("POST", http.service.target, "HTTP/1.1");
  out.line("Host", authority_of(http.service, Port::Named));
  out.line("Content-Type", "application/json");
  out.line("Accept", "application/json");
  out.line("Content-Length", fmt::format("{}", document.size()));
  out.own_lines(question.headers);
  out.put("\r\n");
  out.put(document.view());
  return out.finish();
}

}  // namespace postern::auth
