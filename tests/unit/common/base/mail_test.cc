#include "common/base/mail.h"

#include <gtest/gtest.h>

#include <string>

#include "common/base/version.h"

namespace postern {
namespace {

TEST(Protocol, has_a_name_that_leads_back_to_it) {
  for (const Protocol p : {Protocol::Imap, Protocol::Pop3, Protocol::Submission,
                           Protocol::ManageSieve, Protocol::Mx, Protocol::Lmtp}) {
    EXPECT_EQ(protocol_named(name_of(p)), p);
  }
  EXPECT_EQ(protocol_named("imap"), std::nullopt);
  EXPECT_EQ(protocol_named(""), std::nullopt);
}

TEST(Mechanism, has_a_name_that_leads_back_to_it_in_any_case) {
  for (const Mechanism m : kMechanisms) EXPECT_EQ(mechanism_named(name_of(m)), m);
  EXPECT_EQ(mechanism_named("cram-md5"), Mechanism::CramMd5);
  EXPECT_EQ(mechanism_named("PLAINX"), std::nullopt);
  EXPECT_EQ(mechanism_named(""), std::nullopt);
}

TEST(MechanismSet, has_what_was_added_and_not_removed) {
  MechanismSet set{Mechanism::Plain, Mechanism::OAuthBearer};
  EXPECT_TRUE(set.has(Mechanism::Plain));
  EXPECT_FALSE(set.has(Mechanism::Login));
  set.remove(Mechanism::Plain);
  EXPECT_EQ(set, MechanismSet{Mechanism::OAuthBearer});
  set.remove(Mechanism::OAuthBearer);
  EXPECT_TRUE(set.empty());
}

TEST(Version, begins_with_a_number) {
  ASSERT_FALSE(version().empty());
  EXPECT_TRUE(version()[0] >= '0' && version()[0] <= '9') << version();
}

}  // namespace
}  // namespace postern
