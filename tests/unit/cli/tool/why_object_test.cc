#include "cli/tool/why_object.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

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

// Says the same to one client, whatever it asks, and hangs up.
class Parrot {
 public:
  explicit Parrot(std::string_view says) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    auto* address = reinterpret_cast<sockaddr*>(&at);
    EXPECT_EQ(::bind(fd_, address, size), 0);
    EXPECT_EQ(::listen(fd_, 1), 0);
    EXPECT_EQ(::getsockname(fd_, address, &size), 0);
    where_ = loopback();
    where_.port = ntohs(at.sin_port);
    thread_ = std::jthread([this, says] { answer(says); });
  }
  ~Parrot() {
    thread_.join();
    ::close(fd_);
  }
  Parrot(const Parrot&) = delete;
  Parrot& operator=(const Parrot&) = delete;

  [[nodiscard]] const SocketAddress& where() const { return where_; }

 private:
  void answer(std::string_view says) const {
    const int client = ::accept(fd_, nullptr, nullptr);
    std::string asked;
    std::array<char, 256> some{};
    while (!asked.ends_with("\r\n\r\n")) {
      const ssize_t got = ::recv(client, some.data(), some.size(), 0);
      if (got <= 0) break;
      asked.append(some.data(), static_cast<std::size_t>(got));
    }
    EXPECT_EQ(::send(client, says.data(), says.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(says.size()));
    ::close(client);
  }

  const int fd_;
  SocketAddress where_;
  std::jthread thread_;
};

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

TEST(WhyObject, prints_no_half_of_an_answer) {
  const Parrot half("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\nMailServer mail/example\n");
  const auto answer = why_object(about("MailServer/mail/example", half.where()));
  EXPECT_EQ(answer.exit_code, 1);
  EXPECT_EQ(answer.out, "");
  EXPECT_NE(answer.err.find("the answer was cut off"), std::string::npos) << answer.err;
  const Parrot whole("HTTP/1.1 200 OK\r\ncontent-length: 24\r\n\r\nMailServer mail/example\n");
  EXPECT_EQ(why_object(about("MailServer/mail/example", whole.where())).exit_code, 0);
}

TEST(WhyObject, takes_no_answer_that_does_not_say_how_long_it_is) {
  const Parrot other("HTTP/1.1 200 OK\r\nServer: other\r\n\r\nhello\n");
  const auto answer = why_object(about("MailServer/mail/example", other.where()));
  EXPECT_EQ(answer.exit_code, 1);
  EXPECT_NE(answer.err.find("that is no admin port"), std::string::npos) << answer.err;
}

}  // namespace
}  // namespace postern::tool
