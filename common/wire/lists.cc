#include "common/wire/lists.h"

#include <fmt/format.h>

#include "common/base/ascii.h"

namespace postern::wire {

void encode_mechanisms(MechanismSet mechanisms, MechanismList& out) {
  for (const auto& [mechanism, number] : kMechanismNumbers) {
    if (mechanisms.has(mechanism)) out.Add(number);
  }
}

MechanismSet decode_mechanisms(const MechanismList& list, const FieldPath& here,
                               Decoding& decoding) {
  MechanismSet mechanisms;
  for (int i = 0; i < list.size(); ++i) {
    const auto number = static_cast<pb::Mechanism>(list[i]);
    mechanisms.add(decoding.choice(number, kMechanismNumbers, here.at(i)));
  }
  return mechanisms;
}

void encode_networks(const std::vector<Network>& networks, TextList& out) {
  out.Reserve(static_cast<int>(networks.size()));
  for (const Network& network : networks) *out.Add() = network.text();
}

std::vector<Network> decode_networks(const TextList& list, const FieldPath& here,
                                     Decoding& decoding) {
  std::vector<Network> networks;
  if (list.size() > kMostNetworks) {
    decoding.refuse(here, fmt::format("has more than {}", kMostNetworks));
    return networks;
  }
  networks.reserve(static_cast<std::size_t>(list.size()));
  for (int i = 0; i < list.size(); ++i) {
    if (const auto network = Network::parse(list[i])) {
      networks.push_back(*network);
    } else {
      decoding.refuse(here.at(i), fmt::format("'{}' is no network", printable(list[i], 64)));
    }
  }
  return networks;
}

void encode_backend_tls(const config::BackendTls& tls, pb::BackendTls& out) {
  put_texts(tls.trust, out.mutable_trust());
  out.set_system_trust(tls.system_trust);
  put_texts(tls.server_names, out.mutable_server_names());
  out.set_client_key_pair(tls.client_key_pair);
  out.set_verification(to_wire(tls.verification, kVerifications));
}

config::BackendTls decode_backend_tls(const pb::BackendTls& message, const FieldPath& here,
                                      Decoding& decoding) {
  config::BackendTls tls;
  tls.trust = texts(message.trust());
  tls.system_trust = message.system_trust();
  tls.server_names = texts(message.server_names());
  tls.client_key_pair = message.client_key_pair();
  tls.verification = decoding.choice(message.verification(), kVerifications, here / "verification");
  return tls;
}

}  // namespace postern::wire
