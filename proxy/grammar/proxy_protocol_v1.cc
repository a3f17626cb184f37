#include "proxy/grammar/proxy_protocol_v1.h"

#include <array>
#include <optional>
#include <string_view>

#include "proxy/grammar/line.h"

namespace postern::grammar {

namespace {

constexpr std::string_view kForm = "a PROXY line has a family, two addresses and two ports";

using Words = std::array<ByteView, 4>;  // source, destination, their ports

// Exactly one space between words and none at the ends.
std::optional<Words> split(ByteView text) {
  Words words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t space = text.find(' ');
    const bool last = i + 1 == words.size();
    if (last != (space == ByteView::npos)) return std::nullopt;
    words[i] = text.substr(0, space);
    if (words[i].empty()) return std::nullopt;
    text.remove_prefix(last ? text.size() : space + 1);
  }
  return words;
}

std::optional<SocketAddress> endpoint(ByteView ip, ByteView port, bool v6) {
  // The family is that of the text: TCP6 may carry a mapped IPv4 address.
  if ((ip.find(':') != ByteView::npos) != v6) return std::nullopt;
  const auto address = IpAddress::parse(ip);
  const auto with_port = SocketAddress::parse("0.0.0.0:" + std::string(port));
  if (!address || !with_port) return std::nullopt;
  return SocketAddress{*address, with_port->port};
}

}  // namespace

Parse<ProxyHeader> parse_proxy_v1(ByteView octets) {
  const auto parsed = parse_line(octets, kProxyV1Octets);
  if (std::holds_alternative<NeedMore>(parsed)) return NeedMore{};
  if (const auto* const wrong = std::get_if<Malformed>(&parsed)) return *wrong;
  const auto [line, consumed] = std::get<Done<ByteView>>(parsed);
  // What follows UNKNOWN is to be ignored (section 2.1).
  if (line == "PROXY UNKNOWN" || line.starts_with("PROXY UNKNOWN ")) {
    return Done<ProxyHeader>{ProxyHeader{}, consumed};
  }
  const bool v6 = line.starts_with("PROXY TCP6 ");
  constexpr std::size_t kBeginning = 11;  // "PROXY TCP4 "
  if (!v6 && !line.starts_with("PROXY TCP4 ")) return Malformed{kForm, 0};
  const auto words = split(line.substr(kBeginning));
  if (!words) return Malformed{kForm, kBeginning};
  const auto source = endpoint((*words)[0], (*words)[2], v6);
  const auto destination = endpoint((*words)[1], (*words)[3], v6);
  if (!source || !destination) return Malformed{kForm, kBeginning};
  return Done<ProxyHeader>{ProxyHeader{ProxyAddresses{{*source}, {*destination}}, {}}, consumed};
}

}  // namespace postern::grammar
