#include "controller/model/provider.h"

#include <gtest/gtest.h>

namespace postern::model {
namespace {

TEST(ServiceUrl, has_the_parts_that_a_request_needs) {
  const std::pair<const char*, ServiceUrl> rows[] = {
      {"https://auth.example", {true, "auth.example", 443, "/"}},
      {"http://auth.example", {false, "auth.example", 80, "/"}},
      {"http://Auth.Example:9000/mail/auth?zone=1",
       {false, "auth.example", 9000, "/mail/auth?zone=1"}},
      {"https://auth.example?zone=1", {true, "auth.example", 443, "/?zone=1"}},
      {"http://192.0.2.1:80/", {false, "192.0.2.1", 80, "/"}},
      {"https://[2001:db8::1]/x", {true, "2001:db8::1", 443, "/x"}},
      {"https://[2001:db8::1]:8443/x", {true, "2001:db8::1", 8443, "/x"}},
  };
  for (const auto& [text, parts] : rows) {
    const auto read = parse_service_url(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(*read, parts) << text;
  }
}

TEST(ServiceUrl, is_nothing_where_a_part_is_missing_or_would_be_lost) {
  for (const char* text :
       {"https://", "https:///x", "https://user@auth.example/", "https://auth.example/#top",
        "https://auth.example:0/", "https://auth.example:65536/", "https://auth.example:/",
        "https://auth.example:80a/", "https://[auth.example]/", "https://[::1/", "https://[::1]x/",
        "https://a_b!c/", "https://[192.0.2.1]/"}) {
    EXPECT_FALSE(parse_service_url(text)) << text;
  }
}

TEST(ServiceUrl, is_looked_up_only_where_it_has_a_name) {
  EndpointSpec endpoint;
  endpoint.url = *parse_service_url("https://auth.example/");
  EXPECT_EQ(endpoint.name_to_resolve(), "auth.example");
  endpoint.url = *parse_service_url("https://[::1]/");
  EXPECT_EQ(endpoint.name_to_resolve(), "");
  endpoint.url.host = "auth.example";
  endpoint.service = ServicePortRef{{"accounts", "mail"}, 443};
  EXPECT_EQ(endpoint.name_to_resolve(), "");
}

}  // namespace
}  // namespace postern::model
