#include "cli/tool/why_object.h"

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "common/admin/admin_server.h"

namespace postern::tool {
namespace {

SocketAddress loopback() { return {IpAddress::v4({127, 0, 0, 1}), 0}; }

WhyOptions about(const std::string& object, const SocketAddress& where) {
  WhyOptions out;
  out.paths = {object};
  out.admin_address = where;
  return out;
}

TEST(WhyObject, knows_objects_from_files) {
  EXPECT_TRUE(is_object("MailServer/mail/example"));
  EXPECT_TRUE(is_object("MailClass/postern"));
  EXPECT_FALSE(is_object("MailServer"));
  EXPECT_FALSE(is_object("manifests/mail"));
  EXPECT_FALSE(is_object("mail.yaml"));
}

TEST(WhyObject, prints_what_the_controller_says) {
  std::string asked;
  admin::AdminServer server(
      {.live = {},
       .ready = {},
       .metrics = {},
       .config = {},
       .debug = [&](std::string_view page, std::string_view query) -> std::optional<std::string> {
         asked = std::string(page) + "?" + std::string(query);
         return "it is there\n";
       }});
  const auto where = server.start(loopback());
  ASSERT_TRUE(where);
  const auto answer = why_object(about("Secret/mail/t l", *where));
  EXPECT_EQ(answer.exit_code, 0) << answer.err;
  EXPECT_EQ(answer.out, "it is there\n");
  EXPECT_EQ(asked, "why?object=Secret/mail/t%20l");
}

TEST(WhyObject, says_who_cannot_be_asked) {
  admin::AdminServer proxy({.live = {}, .ready = {}, .metrics = {}, .config = {}});
  const auto where = proxy.start(loopback());
  ASSERT_TRUE(where);
  const auto no_page = why_object(about("Secret/mail/tls", *where));
  EXPECT_EQ(no_page.exit_code, 1);
  EXPECT_NE(no_page.err.find("there are /livez"), std::string::npos) << no_page.err;
  proxy.stop();
  const auto nobody = why_object(about("Secret/mail/tls", *where));
  EXPECT_EQ(nobody.exit_code, 1);
  EXPECT_NE(nobody.err.find(where->text()), std::string::npos) << nobody.err;
}

}  // namespace
}  // namespace postern::tool
