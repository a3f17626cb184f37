// A resource off the stream: decoded whole or refused by field, and what was decoded is what its
// encoding says. Built from octets, and from a random resource with some octets changed.
#include <string>

#include <google/protobuf/stubs/logging.h>

#include "common/wire/snapshot_codec.h"
#include "postern/config/v1alpha1/resources.pb.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/random_resources.h"

using namespace postern;

namespace {

// A delta of whatever, against a base that is held: a set with the version that was said, or words.
void decode_delta(const config::v1alpha1::Resource& message) {
  if (!message.endpoints().has_delta()) return;
  config::Resource base = test::RandomResources(1).resource(config::ResourceType::Endpoints);
  base.version = message.endpoints().delta().base_version();
  const auto decoded = wire::decode(message, &base);
  if (decoded) {
    fuzz::promise(wire::version_of(*decoded) == message.version(), "a delta leads to its version");
  } else {
    fuzz::promise(!decoded.error().detail.empty(), "a refusal has words");
  }
}

void decode_octets(const std::string& octets) {
  const auto kept = wire::from_octets(octets);
  config::v1alpha1::Resource message;
  if (!message.ParseFromString(octets)) {
    fuzz::promise(!kept.has_value(), "octets that are no message are no resource");
    return;
  }
  decode_delta(message);
  const auto decoded = wire::decode(message);
  if (!decoded) {
    fuzz::promise(!decoded.error().detail.empty(), "a refusal has words");
    return;
  }
  config::v1alpha1::Resource again;
  wire::encode(*decoded, again);
  const auto twice = wire::decode(again);
  fuzz::promise(twice.has_value(), "what was encoded can be decoded");
  fuzz::promise(twice->body == decoded->body, "nothing is lost on the way");
}

}  // namespace

// What protobuf thinks of octets that are no message is not news here.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::uint8_t seed = input.octet();
  if (seed % 2 == 0) {
    decode_octets(std::string(input.rest()));
    return 0;
  }
  config::v1alpha1::Resource message;
  wire::encode(test::RandomResources(seed).resource(), message);
  std::string octets = message.SerializeAsString();
  while (!octets.empty() && !input.rest().empty()) {
    const std::size_t at = input.octet() + std::size_t{input.octet()} * 256;
    octets[at % octets.size()] = static_cast<char>(input.octet());
  }
  decode_octets(octets);
  return 0;
}
