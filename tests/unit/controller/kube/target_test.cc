#include "controller/kube/target.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace postern::kube {
namespace {

ObjectAddress mail_server(std::string name) {
  return {"postern.dev", "v1alpha1", "mailservers", "mail", std::move(name), {}};
}

TEST(Target, leads_to_collections_objects_and_their_parts) {
  EXPECT_EQ(target_of({{}, "v1", "secrets", {}, {}, {}}), "/api/v1/secrets");
  EXPECT_EQ(target_of({{}, "v1", "secrets", "mail", "tls", {}}),
            "/api/v1/namespaces/mail/secrets/tls");
  EXPECT_EQ(target_of(mail_server("")), "/apis/postern.dev/v1alpha1/namespaces/mail/mailservers");
  ObjectAddress status = mail_server("a");
  status.subresource = "status";
  EXPECT_EQ(target_of(status), "/apis/postern.dev/v1alpha1/namespaces/mail/mailservers/a/status");
}

TEST(Target, encodes_what_is_no_plain_character) {
  EXPECT_EQ(target_of(mail_server("system:a b")),
            "/apis/postern.dev/v1alpha1/namespaces/mail/mailservers/system%3Aa%20b");
  EXPECT_EQ(percent_encoded("a-._~Z9/\xC3\xA4?"), "a-._~Z9%2F%C3%A4%3F");
}

TEST(Target, leads_nowhere_else) {
  for (const std::string& name : std::vector<std::string>{".", "..", "a/b", "../secrets", "a%2Fb",
                                                          "a\nb", std::string(254, 'a')}) {
    EXPECT_FALSE(target_of(mail_server(name))) << name;
  }
  for (const char* const wrong : {"..", "a/b", "A", "-a", "a-", "a.b", "a b", "a?"}) {
    ObjectAddress address = mail_server("a");
    address.in_namespace = wrong;
    EXPECT_FALSE(target_of(address)) << wrong;
    address = mail_server("a");
    address.plural = wrong;
    EXPECT_FALSE(target_of(address)) << wrong;
    address = mail_server("a");
    address.subresource = wrong;
    EXPECT_FALSE(target_of(address)) << wrong;
  }
  ObjectAddress address = mail_server("a");
  address.group = "a..b";
  EXPECT_FALSE(target_of(address));
  address = mail_server("");
  address.subresource = "status";
  EXPECT_FALSE(target_of(address));
}

TEST(Target, grows_a_query) {
  const std::string first = with_query("/api/v1/secrets", "fieldSelector", "type=a/b");
  EXPECT_EQ(first, "/api/v1/secrets?fieldSelector=type%3Da%2Fb");
  EXPECT_EQ(with_query(first, "watch", "true"), first + "&watch=true");
}

}  // namespace
}  // namespace postern::kube
