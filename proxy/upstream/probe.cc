#include "proxy/upstream/probe.h"

#include <utility>

#include "proxy/grammar/proxy_protocol.h"
#include "proxy/net/dialer.h"

namespace postern::upstream {

using net::Io;
using net::IoStatus;

namespace {

// Nobody's client: the connection's own addresses hold.
std::string header_of(config::ClientInfo info) {
  switch (info) {
    case config::ClientInfo::ProxyV1: return grammar::encode_proxy_v1({});
    case config::ClientInfo::ProxyV2: return grammar::encode_proxy_v2({});
    case config::ClientInfo::Native:
    case config::ClientInfo::None: return {};
  }
  return {};
}

}  // namespace

Probe::Probe(net::Stream stream, ProbeWish wish, const net::TlsClient* tls)
    : stream_(std::move(stream)),
      wish_(wish),
      tls_(tls),
      header_(header_of(wish.port.client_info)) {}

Probed Probe::advance(net::TlsSessions& sessions) {
  Probed came_to = Probed::Waiting;
  if (phase_ == Phase::Connecting) came_to = connect();
  if (phase_ == Phase::Introducing && came_to == Probed::Waiting) came_to = introduce(sessions);
  if (phase_ == Phase::Handshaking && came_to == Probed::Waiting) came_to = handshake();
  if (phase_ == Phase::Listening && came_to == Probed::Waiting) came_to = listen();
  return came_to;
}

Probed Probe::connect() {
  net::ConnectState state = net::connect_state(stream_);
  switch (state.state) {
    case net::Connecting::UnderWay: return Probed::Waiting;
    case net::Connecting::Failed: return fail(std::move(state.reason));
    case net::Connecting::Connected: break;
  }
  if (!wish_.greeting) return Probed::Well;
  phase_ = Phase::Introducing;
  return Probed::Waiting;
}

Probed Probe::introduce(net::TlsSessions& sessions) {
  while (!header_.empty()) {
    const Io io = stream_.write(header_);
    if (io.status == IoStatus::WantRead || io.status == IoStatus::WantWrite) return Probed::Waiting;
    if (io.status != IoStatus::Done) return fail("closed at once");
    header_.erase(0, io.octets);
  }
  if (wish_.port.tls != config::BackendTlsMode::Implicit) {
    phase_ = Phase::Listening;
    return Probed::Waiting;
  }
  if (!tls_) return fail("there is no TLS for it");
  stream_.secure(tls_->open(sessions));
  phase_ = Phase::Handshaking;
  return Probed::Waiting;
}

Probed Probe::handshake() {
  switch (stream_.handshake().status) {
    case IoStatus::WantRead:
    case IoStatus::WantWrite: return Probed::Waiting;
    case IoStatus::Done: break;
    case IoStatus::Ended:
    case IoStatus::Broken: return fail(stream_.tls_error());
  }
  phase_ = Phase::Listening;
  return Probed::Waiting;
}

Probed Probe::listen() {
  for (;;) {
    const std::span<char> room = heard_.prepare(kGreetingOctets - heard_.size());
    const Io io = stream_.read(room);
    switch (io.status) {
      case IoStatus::Done: heard_.commit(io.octets); break;
      case IoStatus::WantRead:
      case IoStatus::WantWrite: return Probed::Waiting;
      case IoStatus::Ended:
      case IoStatus::Broken: return fail("closed without a greeting");
    }
    const Probed judged = judge();
    if (judged != Probed::Waiting) return judged;
  }
}

Probed Probe::judge() {
  switch (greeting_of(wish_.port.protocol, heard_.view())) {
    case Greeting::NotYet: return Probed::Waiting;
    case Greeting::Ready: return Probed::Well;
    case Greeting::Refusing: return fail("it says that it serves nobody now");
    case Greeting::None: break;
  }
  return fail("what it says is no greeting");
}

Probed Probe::fail(std::string reason) {
  reason_ = std::move(reason);
  return Probed::Failed;
}

}  // namespace postern::upstream
