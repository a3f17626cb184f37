#include "proxy/auth/auth_http_request.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "common/base/ascii.h"
#include "proxy/net/ready_provider.h"

namespace postern::auth {

namespace {

// What nginx escapes in names, passwords and certificates; and DEL, which nginx sends as it is.
bool is_escaped(char c) { return is_control(c) || c == ' ' || c == '%'; }

bool is_blank_or_control(char c) { return c == ' ' || is_control(c); }

// RFC 9110 §5.6.2.
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

// Lines of a header. The first fault stays, and nothing is added after it.
class HeaderText {
 public:
  void line(std::string_view name, ByteView value) {
    if (has_control(value)) return refuse(fmt::format("{} has a control octet in it", name));
    for (const ByteView part : {ByteView(name), ByteView(": "), value, ByteView("\r\n")}) put(part);
  }
  void line_unless_empty(std::string_view name, ByteView value) {
    if (!value.empty()) line(name, value);
  }
  void escaped_line(std::string_view name, ByteView value) {
    put(name);
    put(": ");
    escape(value);
    put("\r\n");
  }
  void put(ByteView octets) {
    if (fault_.empty() && !out_.append(octets)) fault_ = "the question is too long";
  }
  void refuse(std::string why) {
    if (fault_.empty()) fault_ = std::move(why);
  }
  [[nodiscard]] Result<Buffer, std::string> finish() {
    if (!fault_.empty()) return Fail<std::string>(std::move(fault_));
    return std::move(out_);
  }

 private:
  void escape(ByteView value) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    while (!value.empty()) {
      const auto plain = std::ranges::find_if(value, is_escaped);
      const auto length = static_cast<std::size_t>(plain - value.begin());
      put(value.substr(0, length));
      value.remove_prefix(length);
      if (value.empty()) return;
      const auto octet = static_cast<unsigned char>(value[0]);
      const char coded[] = {'%', kHex[octet >> 4U], kHex[octet & 15U]};
      put({coded, sizeof coded});
      value.remove_prefix(1);
    }
  }

  Buffer out_{kRequestOctets};
  std::string fault_;
};

// AREQ-1. nginx leaves the port out.
std::string host_of(const config::HttpService& service, config::Strictness strictness) {
  const bool literal = service.host.find(':') != std::string::npos && service.host[0] != '[';
  std::string host = literal ? fmt::format("[{}]", service.host) : service.host;
  const std::uint16_t usual = service.secure ? 443 : 80;
  if (strictness == config::Strictness::Strict && service.port != usual) {
    host += fmt::format(":{}", service.port);
  }
  return host;
}

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

std::string_view protocol_word(Protocol protocol) {
  switch (protocol) {
    case Protocol::Imap: return "imap";
    case Protocol::Pop3: return "pop3";
    case Protocol::ManageSieve: return "sieve";
    case Protocol::Submission:
    case Protocol::Mx: return "smtp";
    case Protocol::Lmtp: return "lmtp";
  }
  return "imap";
}

bool speaks_smtp(Protocol protocol) {
  return protocol == Protocol::Submission || protocol == Protocol::Mx || protocol == Protocol::Lmtp;
}

void put_first_lines(HeaderText& out, const config::HttpProvider& http) {
  const config::HttpService& service = http.service;
  if (service.target.empty() || service.target[0] != '/' ||
      std::ranges::any_of(service.target, is_blank_or_control)) {
    return out.refuse("the path has blanks or control octets in it");
  }
  const bool as_nginx = http.strictness == config::Strictness::Nginx;
  out.put("GET ");
  out.put(service.target);
  out.put(as_nginx ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
  out.line("Host", host_of(service, http.strictness));
}

// A password that is left over from an earlier attempt is none of an EXTERNAL one (BUG-3).
void put_login(HeaderText& out, const policy::Question& question) {
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

void put_client(HeaderText& out, const policy::Question& question) {
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

void put_tls(HeaderText& out, const policy::ClientTlsFacts& tls, bool with_certificate) {
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

// AREQ-17.
void put_own_headers(HeaderText& out, const policy::Question& question) {
  if (!question.headers) return;
  for (const net::ProviderHeader& header : *question.headers) {
    if (!is_token(header.name)) return out.refuse("a header's name is not one");
    out.line(header.name, header.value.reveal());
  }
}

}  // namespace

Result<Buffer, std::string> auth_http_request(const policy::Question& question) {
  const auto& http = std::get<config::HttpProvider>(question.provider->kind);
  HeaderText out;
  put_first_lines(out, http);
  put_login(out, question);
  put_client(out, question);
  if (question.client_tls) put_tls(out, *question.client_tls, http.sends_client_certificate);
  put_own_headers(out, question);
  out.put("\r\n");
  return out.finish();
}

}  // namespace postern::auth
