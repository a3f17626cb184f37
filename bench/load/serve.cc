#include "bench/load/serve.h"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <thread>

#include "bench/load/auth_service.h"
#include "bench/load/loop.h"
#include "bench/load/mail_server.h"
#include "bench/load/relay.h"
#include "bench/load/tls_server.h"

namespace postern::bench {
namespace {

class Door final : public Party {
 public:
  using Come = std::function<void(int)>;
  Door(int fd, Come come) : fd_(fd), come_(std::move(come)) {}
  void ready() override {
    for (int fd; (fd = accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;)
      come_(fd);
  }

 private:
  int fd_;
  Door::Come come_;
};

struct Opening {  // ADDRESS:PORT and who is there
  std::string address;
  int port = 0;
  Door::Come come;
};

void begin(int fd, Party* party) {
  Loop::mine().watch(fd, *party);
  party->ready();
}

bool open_doors(const std::vector<Opening>& openings) {
  for (const Opening& opening : openings) {
    const int fd = listen_on(opening.address, opening.port);
    if (fd < 0) return false;
    Loop::mine().watch(fd, *new Door(fd, opening.come));  // stays as long as the program
  }
  return true;
}

// Each thread has its own sockets on the same ports.
int serve_until_told(const std::vector<Opening>& openings, int threads) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  for (int i = 0; i < threads; ++i) {
    std::thread([&openings] {
      if (!open_doors(openings)) {
        std::fprintf(stderr, "cannot listen\n");
        _exit(1);
      }
      Loop::mine().run([] { return false; });
    }).detach();
  }
  std::printf("serving\n");
  std::fflush(stdout);
  int which = 0;
  sigwait(&ends, &which);
  return 0;
}

void add_mail(std::vector<Opening>& openings, const std::string& spec, bool implicit,
              Served& served) {
  const auto parts = split(spec, ':');  // ADDRESS:PORT[:CERTIFICATE:KEY]
  SSL_CTX* tls = parts.size() == 4 ? server_context(parts[2], parts[3]) : nullptr;
  openings.push_back({parts[0], std::atoi(parts.at(1).c_str()), [&served, tls, implicit](int fd) {
                        begin(fd, new MailSession(fd, served, tls, implicit));
                      }});
}

void print(const Served& served) {
  const auto value = [](const std::atomic<std::uint64_t>& counter) {
    return static_cast<unsigned long long>(counter);
  };
  std::printf(
      "{\"sessions\": %llu, \"logins\": %llu, \"appended\": %llu, \"fetched\": %llu, "
      "\"corrupted\": %llu, "
      "\"octets_in\": %llu, \"octets_out\": %llu}\n",
      value(served.sessions), value(served.logins), value(served.appended), value(served.fetched),
      value(served.corrupted), value(served.octets_in), value(served.octets_out));
  std::fflush(stdout);
}

}  // namespace

int serve(const Flags& flags) {
  static Served served;
  static MailServers servers;
  std::vector<Opening> openings;
  for (const std::string& spec : flags.all("--mail")) add_mail(openings, spec, false, served);
  for (const std::string& spec : flags.all("--mail-tls")) add_mail(openings, spec, true, served);
  const auto told = split(flags.text("--servers", ":0"), ':');  // ADDRESS,ADDRESS:PORT
  servers = {split(told[0], ','), std::atoi(told.at(1).c_str())};
  for (const std::string& spec : flags.all("--auth")) {
    const auto parts = split(spec, ':');
    openings.push_back({parts[0], std::atoi(parts.at(1).c_str()),
                        [](int fd) { begin(fd, new AuthSession(fd, servers)); }});
  }
  const int result = serve_until_told(openings, flags.number("--threads", 1));
  print(served);
  _exit(result);
}

int serve_relay(const Flags& flags) {
  static std::vector<std::string> to;
  const auto told = split(flags.text("--to", ":0"), ':');
  to = split(told[0], ',');
  const int port = std::atoi(told.at(1).c_str());
  const bool by_splice = flags.text("--by", "splice") == "splice";
  const auto at = split(flags.text("--listen", ":0"), ':');
  const Door::Come come = [port, by_splice](int client) {
    thread_local std::size_t turn = 0;
    no_delay(client);
    const int server = connect_from({}, to[turn++ % to.size()], port);
    if (server < 0) {
      close(client);
      return;
    }
    auto* pair = new RelayPair(client, server, by_splice);
    Loop::mine().watch(server, *pair);
    begin(client, pair);
  };
  _exit(
      serve_until_told({{at[0], std::atoi(at.at(1).c_str()), come}}, flags.number("--threads", 1)));
}

}  // namespace postern::bench
