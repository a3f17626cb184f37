#include <fmt/format.h>

#include "common/base/ascii.h"
#include "common/wire/bodies.h"
#include "common/wire/lists.h"

namespace postern::wire {

namespace {

void encode_tenant(const config::Tenant& tenant, pb::Tenant& out) {
  out.set_server(tenant.server);
  put_texts(tenant.hostnames, out.mutable_hostnames());
  out.set_plaintext(to_wire(tenant.plaintext, kPlaintexts));
  out.set_max_connections(tenant.max_connections);
}

config::Tenant decode_tenant(const pb::Tenant& message, const FieldPath& here, Decoding& decoding) {
  config::Tenant tenant;
  tenant.server = message.server();
  decoding.required(tenant.server, here / "server");
  tenant.hostnames = texts(message.hostnames());
  tenant.plaintext = decoding.choice(message.plaintext(), kPlaintexts, here / "plaintext");
  tenant.max_connections = message.max_connections();
  return tenant;
}

// Each address is a socket in each worker.
constexpr int kMostAddresses = 64;
// What the kernel takes for a socket: more would be an error when it is bound, on every proxy.
constexpr std::uint32_t kMostBacklog = 1U << 20;
constexpr std::uint32_t kMostBufferOctets = 1U << 30;
constexpr std::uint32_t kMostKeepAliveSeconds = 32'767;
constexpr std::uint32_t kMostKeepAliveProbes = 127;

void encode_socket(const config::ListenerSocket& socket, pb::ListenerSocket& out) {
  out.set_backlog(socket.backlog);
  out.set_receive_buffer_octets(socket.receive_buffer_octets);
  out.set_send_buffer_octets(socket.send_buffer_octets);
  out.set_ipv4_too(!socket.ipv6_only);
  out.set_multipath(socket.multipath);
  out.set_no_keep_alive(!socket.keep_alive);
  out.set_keep_alive_idle_s(socket.keep_alive_idle_s);
  out.set_keep_alive_interval_s(socket.keep_alive_interval_s);
  out.set_keep_alive_probes(socket.keep_alive_probes);
}

config::ListenerSocket decode_socket(const pb::ListenerSocket& message, Decoding& decoding) {
  const FieldPath here{nullptr, "socket"};
  const auto at_most = [&](std::uint32_t number, std::uint32_t most, std::string_view field) {
    if (number > most) decoding.refuse(here / field, fmt::format("{} is above {}", number, most));
    return number;
  };
  config::ListenerSocket socket;
  socket.backlog = at_most(message.backlog(), kMostBacklog, "backlog");
  socket.receive_buffer_octets =
      at_most(message.receive_buffer_octets(), kMostBufferOctets, "receive_buffer_octets");
  socket.send_buffer_octets =
      at_most(message.send_buffer_octets(), kMostBufferOctets, "send_buffer_octets");
  socket.ipv6_only = !message.ipv4_too();
  socket.multipath = message.multipath();
  socket.keep_alive = !message.no_keep_alive();
  socket.keep_alive_idle_s =
      at_most(message.keep_alive_idle_s(), kMostKeepAliveSeconds, "keep_alive_idle_s");
  socket.keep_alive_interval_s =
      at_most(message.keep_alive_interval_s(), kMostKeepAliveSeconds, "keep_alive_interval_s");
  socket.keep_alive_probes =
      at_most(message.keep_alive_probes(), kMostKeepAliveProbes, "keep_alive_probes");
  return socket;
}

std::vector<IpAddress> decode_addresses(const pb::Listener& message, Decoding& decoding) {
  std::vector<IpAddress> addresses;
  if (message.addresses_size() > kMostAddresses) {
    decoding.refuse({nullptr, "addresses"}, fmt::format("has more than {}", kMostAddresses));
    return addresses;
  }
  for (int i = 0; i < message.addresses_size(); ++i) {
    if (const auto address = IpAddress::parse(message.addresses(i))) {
      addresses.push_back(*address);
    } else {
      decoding.refuse({nullptr, "addresses", i}, fmt::format("'{}' is not an IP address",
                                                             printable(message.addresses(i), 64)));
    }
  }
  return addresses;
}

void encode_proxy_protocol(const config::ListenerProxyProtocol& from,
                           pb::ListenerProxyProtocol& out) {
  encode_networks(from.trusted, *out.mutable_trusted());
  out.set_other_peers(to_wire(from.other_peers, kOtherPeers));
  out.set_trusts_tls_info(from.trusts_tls_info);
}

config::ListenerProxyProtocol decode_proxy_protocol(const pb::ListenerProxyProtocol& message,
                                                    Decoding& decoding) {
  const FieldPath here{nullptr, "proxy_protocol"};
  config::ListenerProxyProtocol out;
  out.trusted = decode_networks(message.trusted(), here / "trusted", decoding);
  out.other_peers = decoding.choice(message.other_peers(), kOtherPeers, here / "other_peers");
  out.trusts_tls_info = message.trusts_tls_info();
  return out;
}

void encode_port(const config::Listener& listener, pb::Listener& out) {
  out.set_port(listener.port);
  out.set_protocol(to_wire(listener.protocol, kProtocols));
  out.set_tls(to_wire(listener.tls, kListenerTls));
  for (const IpAddress& address : listener.addresses) out.add_addresses(address.text());
  // Absent where all is by default: such a listener has the octets that it always had.
  if (listener.socket != config::ListenerSocket{}) {
    encode_socket(listener.socket, *out.mutable_socket());
  }
  if (listener.proxy_protocol) {
    encode_proxy_protocol(*listener.proxy_protocol, *out.mutable_proxy_protocol());
  }
}

using Tenants = SharedList<config::Tenant>;

void add_tenants(const google::protobuf::RepeatedPtrField<pb::Tenant>& from, std::string_view field,
                 Tenants& to, Decoding& decoding) {
  to.reserve(to.size() + static_cast<std::size_t>(from.size()));
  for (int i = 0; i < from.size(); ++i) {
    to.push_back(decode_tenant(from[i], {nullptr, field, i}, decoding));
  }
}

// Not held against a hash as endpoints are: writing a thousand tenants out would cost what the
// delta saves. Equal versions are equal lists.
Tenants decode_tenants_delta(const pb::TenantsDelta& delta, const config::Resource* base,
                             Decoding& decoding) {
  const auto* held = base ? base->as<config::Listener>() : nullptr;
  const auto refuse = [&](std::string_view field, std::string_view detail) {
    decoding.refuse({nullptr, field}, std::string(detail), DecodeFailure::MissingBase);
    return Tenants{};
  };
  if (held == nullptr || base->version != delta.base_version()) {
    return refuse("tenants_delta.base_version", "is not the version that is held here");
  }
  const std::size_t count = held->tenants.size();
  if (std::size_t{delta.front()} + delta.back() > count) {
    return refuse("tenants_delta", "keeps more tenants than there are");
  }
  Tenants out;
  out.append(held->tenants, 0, delta.front());
  add_tenants(delta.tenants(), "tenants_delta.tenants", out, decoding);
  out.append(held->tenants, count - delta.back(), delta.back());
  return out;
}

}  // namespace

void encode_listener(const config::Listener& listener, pb::Listener& out) {
  encode_port(listener, out);
  for (const config::Tenant& tenant : listener.tenants) encode_tenant(tenant, *out.add_tenants());
}

void encode_listener_delta(const config::Listener& now, const config::Resource& base,
                           pb::Listener& out) {
  encode_port(now, out);
  const auto common = now.tenants.common_with(base.get<config::Listener>().tenants);
  pb::TenantsDelta& delta = *out.mutable_tenants_delta();
  delta.set_base_version(base.version);
  delta.set_front(static_cast<std::uint32_t>(common.front));
  for (std::size_t i = common.front; i < now.tenants.size() - common.back; ++i) {
    encode_tenant(now.tenants[i], *delta.add_tenants());
  }
  delta.set_back(static_cast<std::uint32_t>(common.back));
}

config::Listener decode_listener(const pb::Listener& message, const config::Resource* base,
                                 Decoding& decoding) {
  config::Listener listener;
  listener.port = decoding.port(message.port(), {nullptr, "port"});
  listener.protocol = decoding.choice(message.protocol(), kProtocols, {nullptr, "protocol"});
  listener.tls = decoding.choice(message.tls(), kListenerTls, {nullptr, "tls"});
  if (message.has_tenants_delta()) {
    listener.tenants = decode_tenants_delta(message.tenants_delta(), base, decoding);
  } else {
    add_tenants(message.tenants(), "tenants", listener.tenants, decoding);
  }
  if (listener.tenants.empty()) decoding.refuse({nullptr, "tenants"}, "is empty");
  listener.addresses = decode_addresses(message, decoding);
  if (message.has_socket()) listener.socket = decode_socket(message.socket(), decoding);
  if (message.has_proxy_protocol()) {
    listener.proxy_protocol = decode_proxy_protocol(message.proxy_protocol(), decoding);
  }
  return listener;
}

}  // namespace postern::wire
