// An object as an API server tells it: whatever the text is, it becomes a document or one sentence,
// and the document an object or problems. No sentence holds a part of the text, which may be a
// Secret's.
#include <algorithm>

#include "controller/decode/decoder.h"
#include "controller/decode/json_document.h"
#include "controller/decode/yaml.h"
#include "tests/fuzz/fuzz.h"

using namespace postern;

namespace {

int deepest(const decode::Node& node) {
  int below = 0;
  for (const decode::Node& item : node.items) below = std::max(below, deepest(item));
  for (const decode::Member& member : node.members) below = std::max(below, deepest(member.value));
  const bool opens = node.kind == decode::Node::Kind::List || node.kind == decode::Node::Kind::Map;
  return below + (opens ? 1 : 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const decode::Decoder decoder;
  auto document = decode::read_json({reinterpret_cast<const char*>(data), size});
  if (!document) {
    fuzz::promise(!document.error().empty(), "a refusal has words");
    return 0;
  }
  fuzz::promise(deepest(*document) <= static_cast<int>(decode::kDeepest), "depth is bounded");
  const decode::Decoded decoded = decoder.decode(*document, "");
  for (const model::Problem& problem : decoded.problems) {
    fuzz::promise(!problem.message.empty(), "a problem has words");
    fuzz::promise(problem.place.line == 0, "JSON of a server has no lines");
  }
  if (!decoded.object) fuzz::promise(!decoded.problems.empty(), "a refusal is told");
  return 0;
}
