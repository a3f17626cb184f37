// Streams of many light proxies at one controller, until it is told to end; then what came.
//   streams --controller ADDRESS:PORT --certs FOLDER [--count 100] [--class postern]
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "bench/load/flags.h"
#include "bench/streams/light_proxy.h"
#include "common/base/metrics.h"
#include "common/identity/credentials.h"
#include "common/identity/kept_certificates.h"
#include "proxy/control/subscriber.h"

namespace {

using namespace postern;

class Silence final : public Log {
  void write(LogLevel, std::string_view, std::initializer_list<Field>) override {}
};

std::shared_ptr<grpc::Channel> own_channel(const std::string& controller,
                                           const identity::KeptCertificates& certificates) {
  grpc::ChannelArguments arguments;
  control::set_stream_limits(arguments);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection each
  return grpc::CreateCustomChannel(controller, identity::channel_credentials(certificates),
                                   arguments);
}

void say(const char* line) {
  std::puts(line);
  std::fflush(stdout);
}

void tell(const std::vector<std::unique_ptr<bench::LightProxy>>& proxies) {
  std::size_t updates = 0, streams = 0, octets = 0;
  for (const auto& proxy : proxies) {
    updates += proxy->updates();
    streams += proxy->streams();
    octets += proxy->octets();
  }
  std::printf("{\"updates\": %zu, \"streams\": %zu, \"octets\": %zu}\n", updates, streams, octets);
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** words) {
  const bench::Flags flags(count - 1, words + 1);
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  Silence log;
  const SystemClock clock;
  Metrics metrics;
  const std::string ingress_class = flags.text("--class", "postern");
  auto certificates = identity::KeptCertificates::open(
      {.directory = flags.text("--certs"), .who = {identity::Role::Proxy, ingress_class}},
      {log, clock, metrics});
  if (!certificates) {
    std::fprintf(stderr, "%s\n", certificates.error().c_str());
    return 1;
  }
  const int wanted = flags.number("--count", 100);
  std::atomic<int> missing = wanted;
  control::ControlThread thread;
  std::vector<std::unique_ptr<bench::LightProxy>> proxies;
  for (int number = 0; number < wanted; ++number) {
    proxies.push_back(std::make_unique<bench::LightProxy>(
        bench::LightName{"light-" + std::to_string(number), ingress_class},
        own_channel(flags.text("--controller"), **certificates), thread, [&missing] {
          if (--missing == 0) say("all have everything");
        }));
    thread.post([light = proxies.back().get()] { light->open(); });
  }
  int which = 0;
  sigwait(&ends, &which);
  thread.stop();
  tell(proxies);
  certificates->reset();  // keys lie in a folder of its own
  _exit(0);               // nobody waits for what is still on its way
}
