// An auth service in nginx's manner that lets everybody in and names the mail servers in turn;
// connections are kept when the asker wants that. One of these a connection; owns its channel and
// lives on its thread's loop until the asker has gone. Never looks at who is asked about.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/load/channel.h"
#include "bench/load/loop.h"

namespace postern::bench {

struct MailServers {
  std::vector<std::string> addresses;
  int port = 0;
};

class AuthSession final : public Party {
 public:
  AuthSession(int fd, const MailServers& servers);

  void ready() override;

 private:
  void answer(std::string_view request);

  Channel channel_;
  const MailServers& servers_;
  std::string input_;
  bool last_ = false;
};

}  // namespace postern::bench
