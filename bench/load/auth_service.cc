#include "bench/load/auth_service.h"

#include <memory>

namespace postern::bench {

AuthSession::AuthSession(int fd, const MailServers& servers) : channel_(fd), servers_(servers) {
  no_delay(fd);
}

void AuthSession::ready() {
  bool over = false;
  while (!over && !last_) {
    std::size_t count = 0;
    const Came came = channel_.receive(receive_buffer(), kReceiveAtOnce, count);
    if (came == Came::kNothing) break;
    over = came == Came::kEnd;
    input_.append(receive_buffer(), count);
    for (std::size_t end; (end = input_.find("\r\n\r\n")) != std::string::npos;
         input_.erase(0, end + 4)) {
      answer(std::string_view(input_).substr(0, end));
    }
  }
  const bool told = channel_.flush();
  if (over || channel_.broken() || (last_ && told)) Loop::mine().bury(std::unique_ptr<Party>(this));
}

void AuthSession::answer(std::string_view request) {
  thread_local std::size_t turn = 0;
  const bool kept = request.find("HTTP/1.1") != std::string_view::npos &&
                    request.find("Connection: close") == std::string_view::npos;
  const std::string& server = servers_.addresses[turn++ % servers_.addresses.size()];
  channel_.send(std::string(kept ? "HTTP/1.1" : "HTTP/1.0") +
                " 200 OK\r\nAuth-Status: OK\r\nAuth-Server: " + server +
                "\r\nAuth-Port: " + std::to_string(servers_.port) +
                "\r\nContent-Length: 0\r\nConnection: " + (kept ? "keep-alive" : "close") +
                "\r\n\r\n");
  last_ = last_ || !kept;
}

}  // namespace postern::bench
