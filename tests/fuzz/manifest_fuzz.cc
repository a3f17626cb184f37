// A manifest from somebody's directory: whatever it is, it becomes an object or problems that say
// where, and never both no object and no word.
#include "controller/decode/decoder.h"
#include "controller/decode/yaml.h"
#include "tests/fuzz/fuzz.h"

using namespace postern;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const decode::Decoder decoder;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  decode::YamlDocuments read = decode::read_yaml(text);
  fuzz::promise(!read.problem || read.documents.empty(), "a file is read whole or not at all");
  if (read.problem) fuzz::promise(!read.problem->message.empty(), "a problem has words");
  for (decode::Node& document : read.documents) {
    const decode::Decoded decoded = decoder.decode(document, "fuzz.yaml");
    for (const model::Problem& problem : decoded.problems) {
      fuzz::promise(!problem.message.empty(), "a problem has words");
      fuzz::promise(!model::to_text(problem).empty(), "a problem can be told");
    }
    if (!decoded.object) fuzz::promise(!decoded.problems.empty(), "a refusal is told");
  }
  return 0;
}
