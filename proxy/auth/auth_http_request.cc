#include "proxy/auth/auth_http_request.h"

#include <string_view>
#include <variant>

#include <fmt/format.h>

#include "proxy/auth/request_text.h"

namespace postern::auth {

namespace {

std::string_view method_of(const std::optional<Mechanism>& mechanism) {
  if (!mechanism) return "none";
  switch (*mechanism) {
    case Mechanism::Plain:
    case Mechanism::Login: return "plain";
    case Mechanism::CramMd5: return "cram-md5";
    case Mechanism::External: return "external";
    case Mechanism::XOAuth2: return "xoauth2";
    case Mechanism::OAuthBearer: return "oauthbearer";
  }
  return "none";
}

bool speaks_smtp(Protocol protocol) {
  return protocol == Protocol::Submission || protocol == Protocol::Mx || protocol == Protocol::Lmtp;
}

// AREQ-1. nginx leaves the port out.
void put_first_lines(RequestText& out, const config::HttpProvider& http) {
  const bool as_nginx = http.strictness == config::Strictness::Nginx;
  out.first_line("GET", http.service.target, as_nginx ? "HTTP/1.0" : "HTTP/1.1");
  out.line("Host", authority_of(http.service, as_nginx ? Port::Omitted : Port::Named));
}

// A password that is left over from an earlier attempt is none of an EXTERNAL one (BUG-3).
void put_login(RequestText& out, const policy::Question& question) {
  const bool has_secret = question.mechanism && *question.mechanism != Mechanism::External;
  out.line("Auth-Method", method_of(question.mechanism));
  out.escaped_line("Auth-User", question.mechanism ? ByteView(question.user) : ByteView());
  out.escaped_line("Auth-Pass", has_secret ? question.secret.reveal() : ByteView());
  if (question.mechanism == Mechanism::CramMd5) {
    out.line_unless_empty("Auth-Salt", question.challenge);
  }
  out.line("Auth-Protocol", protocol_word(question.protocol));
  out.line("Auth-Login-Attempt", fmt::format("{}", question.attempt));
}

void put_client(RequestText& out, const policy::Question& question) {
  out.line("Client-IP", question.client.ip.text());
  if (speaks_smtp(question.protocol)) out.line_unless_empty("Client-Host", question.client_host);
  if (const auto& proxy = question.proxy_header) {
    out.line("Proxy-Protocol-Addr", proxy->source.ip.text());
    out.line("Proxy-Protocol-Port", fmt::format("{}", proxy->source.port));
    out.line("Proxy-Protocol-Server-Addr", proxy->destination.ip.text());
    out.line("Proxy-Protocol-Server-Port", fmt::format("{}", proxy->destination.port));
  }
  if (question.recipient) {
    out.line("Auth-SMTP-Helo", question.recipient->helo);
    out.line("Auth-SMTP-From", question.recipient->mail_from);
    out.line("Auth-SMTP-To", question.recipient->rcpt_to);
  }
}

void put_tls(RequestText& out, const policy::ClientTlsFacts& tls, bool with_certificate) {
  out.line("Auth-SSL", "on");
  out.line_unless_empty("Auth-SSL-Protocol", tls.version);
  out.line_unless_empty("Auth-SSL-Cipher", tls.suite);
  out.line_unless_empty("Auth-SSL-Verify", tls.verification);
  out.line_unless_empty("Auth-SSL-Subject", tls.subject);
  out.line_unless_empty("Auth-SSL-Issuer", tls.issuer);
  out.line_unless_empty("Auth-SSL-Serial", tls.serial);
  out.line_unless_empty("Auth-SSL-Fingerprint", tls.fingerprint);
  if (with_certificate && !tls.certificate_pem.empty()) {
    out.escaped_line("Auth-SSL-Cert", tls.certificate_pem);
  }
}

}  // namespace

Result<Buffer, std::string> auth_http_request(const policy::Question& question) {
  const auto& http = std::get<config::HttpProvider>(question.provider->kind);
  RequestText out;
  put_first_lines(out, http);
  put_login(out, question);
  put_client(out, question);
  if (question.client_tls) put_tls(out, *question.client_tls, http.sends_client_certificate);
  out.own_lines(question.headers);  // AREQ-17
  out.put("\r\n");
  return out.finish();
}

}  // namespace postern::auth
