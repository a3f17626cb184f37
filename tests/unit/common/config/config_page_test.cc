#include "common/config/config_page.h"

#include <limits>

#include <gtest/gtest.h>

namespace postern::config {
namespace {

std::shared_ptr<const Resource> resource(std::string name, ResourceBody body) {
  return std::make_shared<const Resource>(
      Resource{std::move(name), "v-of-it", {}, std::move(body), {}});
}

TEST(ConfigPage, has_a_line_a_resource_in_the_order_of_keys) {
  Resource server{"mail/a", "h1", {{"MailServer", "mail", "a", "uid", 3}}, Server{}, {}};
  EXPECT_EQ(config_page("v7", {resource("993", Listener{}),
                               std::make_shared<const Resource>(std::move(server))}),
            "version v7\n"
            "SERVER mail/a h1 MailServer:mail/a\n"
            "LISTENER 993 v-of-it\n");
}

TEST(ConfigPage, says_of_a_key_pair_its_names_and_its_date_and_nothing_else) {
  const KeyPair pair{
      "-----CHAIN", SharedSecret("-----KEY"), {"a.example", "*.b.example"}, 1'800'000'000};
  const std::string page = config_page("v", {resource("mail/tls", SecretMaterial{pair})});
  EXPECT_NE(page.find("SECRET mail/tls v-of-it key pair of a.example,*.b.example until "
                      "2027-01-15T08:00:00Z\n"),
            std::string::npos)
      << page;
  EXPECT_EQ(page.find("-----"), std::string::npos);
}

TEST(ConfigPage, tells_a_trust_bundle_from_a_key_pair) {
  const std::string page =
      config_page("v", {resource("mail/ca", SecretMaterial{TrustBundle{"-----CA"}})});
  EXPECT_EQ(page, "version v\nSECRET mail/ca v-of-it trust bundle\n");
}

TEST(ConfigPage, never_says_a_secret_text) {
  const std::string page =
      config_page("v", {resource("mail/key#key", SecretMaterial{SecretText{SharedSecret("s3")}})});
  EXPECT_EQ(page, "version v\nSECRET mail/key#key v-of-it secret text\n");
}

TEST(ConfigPage, takes_a_date_that_no_calendar_has) {
  KeyPair pair;
  pair.not_after_unix_s = std::numeric_limits<std::int64_t>::max();
  pair.dns_names = {"x\n"};
  const std::string page = config_page("v", {resource("a", SecretMaterial{pair})});
  EXPECT_NE(page.find("key pair of x\\x0a until unknown"), std::string::npos) << page;
}

}  // namespace
}  // namespace postern::config
