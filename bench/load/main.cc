// What a bench needs beside the proxy: guests, the servers behind it, the bare limits, and
// certificates by the thousand.
//   mail_load guests|serve|relay --flag value …     mail_load certificates COUNT FOLDER [below]
#include <signal.h>

#include <cstdio>
#include <string_view>

#include "bench/load/flags.h"
#include "bench/load/guests.h"
#include "bench/load/serve.h"
#include "bench/load/tls_server.h"

int main(int count, char** words) {
  using namespace postern::bench;
  signal(SIGPIPE, SIG_IGN);
  const std::string_view what = count > 1 ? words[1] : "";
  if (what == "certificates" && count >= 4) {
    const bool below = count > 4 && std::string_view(words[4]) == "below";
    return make_certificates(std::atoi(words[2]), words[3], below) ? 0 : 1;
  }
  const Flags flags(count - 2, words + 2);
  if (what == "guests") return run_guests(flags);
  if (what == "serve") return serve(flags);
  if (what == "relay") return serve_relay(flags);
  std::fprintf(stderr,
               "mail_load guests|serve|relay --flag value ..., mail_load certificates COUNT FOLDER "
               "[below]\n");
  return 2;
}
