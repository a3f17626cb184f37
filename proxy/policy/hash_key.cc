#include "proxy/policy/hash_key.h"

namespace postern::policy {

std::string hashed_text(config::HashKey key, std::string_view mailbox, const IpAddress& client) {
  switch (key) {
    case config::HashKey::User: return std::string(mailbox);
    case config::HashKey::Domain: {
      const std::size_t at = mailbox.rfind('@');
      return at == std::string_view::npos ? std::string() : std::string(mailbox.substr(at + 1));
    }
    case config::HashKey::Source: return source_of(client).text();
  }
  return std::string(mailbox);
}

}  // namespace postern::policy
