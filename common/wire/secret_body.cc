#include "common/base/ascii.h"
#include "common/base/limits.h"
#include "common/config/ticket_keys.h"
#include "common/wire/bodies.h"

namespace postern::wire {

namespace {

void encode_key_pair(const config::KeyPair& pair, pb::KeyPair& out) {
  const std::string_view chain = pair.chain_pem.text();
  out.set_chain_pem(chain.data(), chain.size());
  const ByteView key = pair.key_pem.reveal();
  out.set_key_pem(key.data(), key.size());
  for (const std::string_view name : pair.dns_names) out.add_dns_names(name.data(), name.size());
  out.set_not_after_unix_s(pair.not_after_unix_s);
}

config::KeyPair decode_key_pair(const pb::KeyPair& message) {
  config::KeyPair pair;
  pair.chain_pem = message.chain_pem();
  if (!message.key_pem().empty()) pair.key_pem = SharedSecret(message.key_pem());
  pair.dns_names = texts(message.dns_names());
  pair.not_after_unix_s = message.not_after_unix_s();
  return pair;
}

void encode_text(const config::SecretText& secret, pb::SecretText& out) {
  const ByteView text = secret.text.reveal();
  out.set_text(text.data(), text.size());
}

// It becomes a line of a request: a line's end in it would begin another header (R8).
config::SecretText decode_text(const pb::SecretText& message, Decoding& decoding) {
  const FieldPath here{nullptr, "text"};
  if (message.text().size() > limits::kHeaderTextOctets) decoding.refuse(here, "is too long");
  if (has_control(message.text())) decoding.refuse(here, "has control octets");
  config::SecretText secret;
  if (!message.text().empty()) secret.text = SharedSecret(message.text());
  return secret;
}

void encode_credentials(const config::Credentials& credentials, pb::Credentials& out) {
  out.set_user(credentials.user);
  const ByteView password = credentials.password.reveal();
  out.set_password(password.data(), password.size());
}

// Both are said to a backend in a login: what no client may send, nobody sends (R4).
config::Credentials decode_credentials(const pb::Credentials& message, Decoding& decoding) {
  const FieldPath user{nullptr, "user"};
  const FieldPath password{nullptr, "password"};
  decoding.required(message.user(), user);
  decoding.required(message.password(), password);
  if (has_control(message.user())) decoding.refuse(user, "has control octets");
  if (has_control(message.password())) decoding.refuse(password, "has control octets");
  if (message.user().size() > limits::kNameOctets) decoding.refuse(user, "is too long");
  if (message.password().size() > limits::kPasswordOctets) {
    decoding.refuse(password, "is too long");
  }
  config::Credentials credentials;
  credentials.user = message.user();
  if (!message.password().empty()) credentials.password = SharedSecret(message.password());
  return credentials;
}

void encode_tickets(const config::OwnTicketKeys& tickets, pb::OwnTicketKeys& out) {
  const ByteView masters = tickets.masters.reveal();
  out.set_masters(masters.data(), masters.size());
}

config::OwnTicketKeys decode_tickets(const pb::OwnTicketKeys& message, Decoding& decoding) {
  const std::size_t octets = message.masters().size();
  const bool is_row = octets % config::kTicketMasterOctets == 0 && octets > 0 &&
                      octets <= config::kMostOwnTicketMasters * config::kTicketMasterOctets;
  if (is_row) return {SharedSecret(message.masters())};
  decoding.refuse({nullptr, "masters"}, "are not 1 to 16 of 32 octets");
  return {};
}

}  // namespace

void encode_secret(const config::SecretMaterial& secret, pb::Secret& out) {
  if (const auto* pair = std::get_if<config::KeyPair>(&secret)) {
    encode_key_pair(*pair, *out.mutable_key_pair());
  } else if (const auto* trust = std::get_if<config::TrustBundle>(&secret)) {
    const std::string_view pem = trust->ca_pem.text();
    out.mutable_trust()->set_ca_pem(pem.data(), pem.size());
  } else if (const auto* text = std::get_if<config::SecretText>(&secret)) {
    encode_text(*text, *out.mutable_text());
  } else if (const auto* tickets = std::get_if<config::OwnTicketKeys>(&secret)) {
    encode_tickets(*tickets, *out.mutable_tickets());
  } else {
    encode_credentials(std::get<config::Credentials>(secret), *out.mutable_credentials());
  }
}

config::SecretMaterial decode_secret(const pb::Secret& message, Decoding& decoding) {
  switch (message.kind_case()) {
    case pb::Secret::kKeyPair: return decode_key_pair(message.key_pair());
    case pb::Secret::kTrust: return config::TrustBundle{message.trust().ca_pem()};
    case pb::Secret::kTickets: return decode_tickets(message.tickets(), decoding);
    case pb::Secret::kText: return decode_text(message.text(), decoding);
    case pb::Secret::kCredentials: return decode_credentials(message.credentials(), decoding);
    case pb::Secret::KIND_NOT_SET: break;
  }
  decoding.refuse({nullptr, "kind"}, "is not set, or of a kind that this build does not know",
                  DecodeFailure::Unsupported);
  return config::TrustBundle{};
}

}  // namespace postern::wire
