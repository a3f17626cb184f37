#include "proxy/grammar/imap/command.h"

#include <string>

#include "tests/fuzz/fuzz.h"
#include "tests/unit/proxy/grammar/imap/read_commands.h"

using namespace postern;
using namespace postern::grammar::imap;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::size_t fragment = input.fragment_size();
  const std::uint8_t choice = input.octet();
  const Taste taste{choice % 4 * std::uint64_t{100}, choice % 8 < 4 ? 128U : 8192U};
  const std::string whole = read_commands(input.rest(), test::kAllAtOnce, taste);
  const std::string cut = read_commands(input.rest(), fragment, taste);
  fuzz::promise(whole == cut, "cuts do not change what is read");
  fuzz::promise(whole.find("OVERLOOKED") == std::string::npos ||
                    input.rest().find("OVERLOOKED") != ByteView::npos,
                "NeedMore leaves nothing behind");
  fuzz::promise(Secret::live() == 0, "no secret is left behind");
  return 0;
}
