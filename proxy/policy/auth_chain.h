// AuthChain: which provider is asked about a login, and when somebody has decided. Providers that
// can check the mechanism and have the user's domain, in the order of the manifest. The first
// definite answer counts; an outage never turns into a wrong password (R5): when one that might
// have known him was away and the others do not know him, nobody has decided.
// Pure: who is asked, and how long it takes, is the session's.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "common/base/mail.h"
#include "proxy/policy/question.h"

namespace postern::policy {

// What stands behind the last '@' of a login name, as it is; empty: there is none.
[[nodiscard]] std::string_view domain_of(std::string_view name);

// Login names in this domain are his to check.
[[nodiscard]] bool has_domain(const config::Provider& provider, std::string_view domain);

class AuthChain {
 public:
  AuthChain() = default;
  AuthChain(const std::vector<const config::Provider*>& providers, Mechanism mechanism,
            std::string_view name);

  // Whom to ask now; null: everybody has spoken, or nobody can be asked.
  [[nodiscard]] const config::Provider* asked() const {
    return at_ < providers_.size() ? providers_[at_] : nullptr;
  }
  // Nobody has the user's domain, or can check what he showed.
  [[nodiscard]] bool empty() const { return providers_.empty(); }

  // The verdict, when this answer of asked() makes one; nothing: the next one is to be asked.
  [[nodiscard]] std::optional<Answer> hear(Answer answer);

 private:
  [[nodiscard]] std::optional<Answer> go_on(Answer answer);

  std::vector<const config::Provider*> providers_;
  std::size_t at_ = 0;
  std::optional<Unavailable> away_;  // the first that gave no answer
};

}  // namespace postern::policy
