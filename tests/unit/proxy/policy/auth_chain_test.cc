#include "proxy/policy/auth_chain.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace postern::policy {
namespace {

config::Provider mk_provider(std::string name, std::vector<std::string> domains = {},
                             MechanismSet mechanisms = {Mechanism::Plain}) {
  config::Provider provider;
  provider.name = std::move(name);
  provider.domains = std::move(domains);
  provider.mechanisms = mechanisms;
  return provider;
}

Answer wrong_password() { return Refuse{}; }
Answer unknown_user() { return Refuse{.unknown_user = true}; }
Answer away() { return Unavailable{"away"}; }

bool is_unavailable(const std::optional<Answer>& answer) {
  return answer && std::holds_alternative<Unavailable>(*answer);
}
bool is_refused(const std::optional<Answer>& answer) {
  return answer && std::holds_alternative<Refuse>(*answer);
}

TEST(AuthChain, asks_those_that_have_the_domain_and_can_check_the_mechanism) {
  const auto all = mk_provider("all");
  const auto acme = mk_provider("acme", {"acme.example"});
  const auto tokens = mk_provider("tokens", {}, {Mechanism::XOAuth2});
  const std::vector<const config::Provider*> providers{&acme, &tokens, &all};
  EXPECT_EQ(AuthChain(providers, Mechanism::Plain, "jo@ACME.example").asked(), &acme);
  EXPECT_EQ(AuthChain(providers, Mechanism::Plain, "jo@other.example").asked(), &all);
  EXPECT_EQ(AuthChain(providers, Mechanism::Plain, "jo").asked(), &all);
  EXPECT_EQ(AuthChain(providers, Mechanism::XOAuth2, "jo@acme.example").asked(), &tokens);
  EXPECT_TRUE(AuthChain(providers, Mechanism::CramMd5, "jo").empty());
}

TEST(AuthChain, ends_with_the_first_definite_answer) {
  const auto first = mk_provider("first");
  const auto second = mk_provider("second");
  AuthChain accepted({&first, &second}, Mechanism::Plain, "jo");
  EXPECT_TRUE(accepted.hear(Accept{}).has_value());
  AuthChain refused({&first, &second}, Mechanism::Plain, "jo");
  EXPECT_TRUE(is_refused(refused.hear(wrong_password())));
}

TEST(AuthChain, goes_on_from_a_wrong_password_only_where_that_is_written) {
  auto first = mk_provider("first");
  first.on_reject = config::OnReject::NextProvider;
  const auto second = mk_provider("second");
  AuthChain chain({&first, &second}, Mechanism::Plain, "jo");
  EXPECT_FALSE(chain.hear(wrong_password()).has_value());
  EXPECT_EQ(chain.asked(), &second);
  EXPECT_TRUE(chain.hear(Accept{}).has_value());
}

TEST(AuthChain, always_goes_on_from_an_unknown_user) {
  const auto first = mk_provider("first");
  const auto second = mk_provider("second");
  AuthChain chain({&first, &second}, Mechanism::Plain, "jo");
  EXPECT_FALSE(chain.hear(unknown_user()).has_value());
  EXPECT_TRUE(is_refused(chain.hear(unknown_user()))) << "the last one's word";
}

TEST(AuthChain, stops_at_one_that_is_away_unless_the_next_may_stand_in) {
  auto first = mk_provider("first");
  const auto second = mk_provider("second");
  AuthChain strict({&first, &second}, Mechanism::Plain, "jo");
  EXPECT_TRUE(is_unavailable(strict.hear(away())));
  first.on_unavailable = config::NoAnswer::NextProvider;
  AuthChain lenient({&first, &second}, Mechanism::Plain, "jo");
  EXPECT_FALSE(lenient.hear(away()).has_value());
  EXPECT_TRUE(lenient.hear(Accept{}).has_value());
}

TEST(AuthChain, never_turns_an_outage_into_a_wrong_password) {
  auto first = mk_provider("first");
  first.on_unavailable = config::NoAnswer::NextProvider;
  const auto second = mk_provider("second");
  AuthChain chain({&first, &second}, Mechanism::Plain, "jo");
  EXPECT_FALSE(chain.hear(away()).has_value());
  EXPECT_TRUE(is_unavailable(chain.hear(unknown_user()))) << "the first may know him";
  AuthChain known({&first, &second}, Mechanism::Plain, "jo");
  EXPECT_FALSE(known.hear(away()).has_value());
  EXPECT_TRUE(is_refused(known.hear(wrong_password()))) << "the second does know him";
}

}  // namespace
}  // namespace postern::policy
