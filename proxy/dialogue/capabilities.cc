#include "proxy/dialogue/capabilities.h"

#include <algorithm>

#include "common/base/ascii.h"
#include "proxy/grammar/imap/token.h"

namespace postern::dialogue {

namespace {

// Longer than any server's list by far; a backend that shows more is not repeated to the client.
constexpr std::size_t kAfterLoginOctets = 4096;

bool only_before_login(std::string_view word) {
  return equal_ignoring_case(word, "STARTTLS") || equal_ignoring_case(word, "LOGINDISABLED") ||
         equal_ignoring_case(word, "SASL-IR") || starts_with_ignoring_case(word, "AUTH=");
}

// COMPRESS would hide from us where a word can be said; after UNAUTHENTICATE (RFC 8437) anybody
// could try to be somebody else at the backend, and none of what protects logins would hear of it.
bool leads_past_us(std::string_view word) {
  return starts_with_ignoring_case(word, "COMPRESS=") ||
         equal_ignoring_case(word, "UNAUTHENTICATE");
}

// RFC 9051 §9: capability = ("AUTH=" auth-type) / atom.
bool is_atom(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), grammar::imap::is_atom_char);
}

void add(std::string& list, std::string_view word) {
  if (!list.empty()) list.push_back(' ');
  list.append(word);
}

}  // namespace

bool takes_passwords(const Offer& offer) {
  return offer.login_allowed &&
         (offer.accepts(Mechanism::Plain) || offer.accepts(Mechanism::Login));
}

std::string imap_capabilities(const Offer& offer) {
  std::string list;
  for (const std::string& word : offer.capabilities) {
    if (!only_before_login(word)) add(list, word);
  }
  const bool authenticates = offer.login_allowed && !offer.mechanisms.empty();
  for (const Mechanism m : kMechanisms) {
    if (authenticates && offer.mechanisms.has(m)) add(list, "AUTH=" + std::string(name_of(m)));
  }
  if (offer.tls == Offer::Tls::Offered) add(list, "STARTTLS");
  if (!takes_passwords(offer)) add(list, "LOGINDISABLED");
  if (authenticates) add(list, "SASL-IR");
  return list;
}

std::string imap_capabilities_after_login(const std::vector<std::string>& shown) {
  std::string list;
  for (const std::string& word : shown) {
    if (only_before_login(word) || leads_past_us(word)) continue;
    if (!is_atom(word) || list.size() + word.size() >= kAfterLoginOctets) return {};
    add(list, word);
  }
  return list;
}

}  // namespace postern::dialogue
