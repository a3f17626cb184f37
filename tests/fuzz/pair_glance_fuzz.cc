#include "proxy/net/pair_glance.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "proxy/grammar/base64.h"
#include "proxy/net/pem.h"
#include "tests/fuzz/fuzz.h"

using namespace postern;
using namespace postern::net;

namespace {

std::string pem_of(const std::string& label, ByteView der) {
  return "-----BEGIN " + label + "-----\n" + grammar::base64::encode(der) + "\n-----END " + label +
         "-----\n";
}

}  // namespace

// A certificate and a key, as DER: how long the first is stands before it. Where a glance and a
// full reading both take a pair, they agree on its key, and the glance thinks no better of it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string kLabels[] = {"PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"};
  fuzz::Input input(data, size);
  const std::string& label = kLabels[input.octet() % std::size(kLabels)];
  const std::size_t high = input.octet();
  const std::size_t length = high << 8U | input.octet();
  const ByteView rest = input.rest();
  config::KeyPair pair;
  pair.chain_pem = pem_of("CERTIFICATE", rest.substr(0, length));
  pair.key_pem = SharedSecret(pem_of(label, rest.substr(std::min(length, rest.size()))));
  const auto glanced = glance_at(pair);
  if (!glanced) return 0;
  fuzz::promise(glanced->strength >= 112, "what is weak is left to OpenSSL");
  const auto full = read_pair_in_full(pair);
  if (!full) return 0;
  fuzz::promise(glanced->key_type == full->key_type, "the kind of key");
  fuzz::promise(glanced->schemes == full->schemes, "what it signs by");
  fuzz::promise(glanced->strength <= full->strength, "no more than there is");
  return 0;
}
