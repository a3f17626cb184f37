#include "proxy/grammar/base64.h"

#include "tests/fuzz/fuzz.h"

using namespace postern;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView octets(reinterpret_cast<const char*>(data), size);
  const auto decoded = grammar::base64::decode(octets, size);
  if (decoded) {
    fuzz::promise(grammar::base64::encode(decoded->view()) == octets, "a value has one text");
  }
  const std::string text = grammar::base64::encode(octets);
  const auto again = grammar::base64::decode(text, size);
  fuzz::promise(again && again->view() == octets, "what was encoded is decoded");
  fuzz::promise(grammar::base64::encode_secret(octets).reveal() == text, "both encoders agree");
  if (size > 0) {
    fuzz::promise(!grammar::base64::decode(text, size - 1), "a bound is kept");
  }
  return 0;
}
