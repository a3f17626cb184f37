// The world of SimWorker behind a load balancer, and headers as it and others might say them.
#pragma once

#include <string>
#include <utility>

#include "proxy/grammar/proxy_protocol.h"
#include "proxy/grammar/proxy_protocol_v2.h"
#include "tests/unit/proxy/session/sim_worker.h"

namespace postern::session::test {

inline constexpr const char* kBalancer = "10.9.0.1";
inline constexpr const char* kForeign = "10.8.0.1";

[[nodiscard]] inline World behind_balancer(config::OtherPeers others = config::OtherPeers::Direct) {
  World world;
  world.listener.proxy_protocol = config::ListenerProxyProtocol{
      {*Network::parse("10.9.0.0/16"), *Network::parse("2001:db8:9::/48")}, others, false};
  return world;
}

// Where nobody logs in without TLS, and everybody has to say a header.
[[nodiscard]] inline World private_port(bool trusts_tls,
                                        config::ListenerTls tls = config::ListenerTls::Disabled) {
  World world = behind_balancer(config::OtherPeers::HeaderIgnored);
  world.listener.tls = tls;
  world.listener.proxy_protocol->trusts_tls_info = trusts_tls;
  config::Tenant tenant = world.listener.tenants[0];
  tenant.plaintext = config::Plaintext::Refuse;
  world.listener.tenants.set(0, std::move(tenant));
  return world;
}

// As the gate lets somebody in; nothing has happened to him yet.
[[nodiscard]] inline Peer knock_from(SimWorker& sim, const char* ip) {
  Pair pair = make_pair();
  const auto& snapshot = *sim.worker.prepared()->snapshot;
  const config::Listener* const listener = snapshot.listener(143);
  const config::Tenant& first = listener->tenants.front();
  const ClientAddress peer{{*IpAddress::parse(ip), 40000}};
  const Presentation how = presentation_of(*listener, peer.ip);
  auto places = first_places(sim.places, how, {first.server, 143, peer.ip, {}, sim.clock.now()},
                             {snapshot.server(first.server)->limits, first.max_connections});
  EXPECT_TRUE(places.has_value());
  sim.worker.open({std::move(pair.ours), peer, ServerAddress{{*IpAddress::parse("10.7.0.1"), 143}},
                   listener, std::move(*places), how});
  return Peer(pair.theirs);
}

// "client via peer to local", of the only session that there is.
[[nodiscard]] inline std::string who_is_it(SimWorker& sim) {
  std::string out;
  sim.worker.each([&](Session& session) {
    const Record& record = session.record();
    out = record.client.text() + " via " + (record.via ? record.via->text() : "nobody") + " to " +
          record.local.text();
  });
  return out;
}

[[nodiscard]] inline std::string v2(char command, char family, const std::string& body) {
  std::string out(grammar::kProxyV2Signature);
  out += {command, family, static_cast<char>(body.size() >> 8U), static_cast<char>(body.size())};
  return out + body;
}

[[nodiscard]] inline std::string tlv(unsigned type, const std::string& value) {
  std::string out(1, static_cast<char>(type));
  out += {static_cast<char>(value.size() >> 8U), static_cast<char>(value.size())};
  return out + value;
}

// 192.0.2.1:50000 came to 10.0.0.2:993.
inline const std::string kAddresses4{"\xC0\x00\x02\x01\x0A\x00\x00\x02\xC3\x50\x03\xE1", 12};
inline const std::string kHeader1 = "PROXY TCP4 192.0.2.1 10.0.0.2 50000 993\r\n";
inline const std::string kHeader2 = v2('\x21', '\x11', kAddresses4);
inline const std::string kAsSaid = "192.0.2.1:50000 via 10.9.0.1:40000 to 10.0.0.2:993";
inline const std::string kAsItIs = "10.9.0.1:40000 via nobody to 10.7.0.1:143";

}  // namespace postern::session::test
