#include "controller/build/lasting_pods.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace postern::build {
namespace {

// A pod of a Deployment ends in five characters by chance, which may all be digits.
constexpr std::size_t kMostDigits = 4;

// "dovecot-12" → dovecot, 12.
std::optional<LastingPods> read_name(std::string_view pod) {
  const std::size_t dash = pod.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return std::nullopt;
  const std::string_view digits = pod.substr(dash + 1);
  const bool is_padded = digits.size() > 1 && digits.front() == '0';
  if (digits.empty() || digits.size() > kMostDigits || is_padded) return std::nullopt;
  std::uint32_t number = 0;
  const auto end = digits.data() + digits.size();
  if (std::from_chars(digits.data(), end, number).ptr != end) return std::nullopt;
  return LastingPods{std::string(pod.substr(0, dash)), number + 1};
}

}  // namespace

std::optional<LastingPods> lasting_pods(
    const std::vector<const model::EndpointSliceObject*>& slices) {
  std::optional<LastingPods> out;
  for (const model::EndpointSliceObject* slice : slices) {
    for (const model::SliceEndpoint& endpoint : slice->endpoints) {
      auto one = read_name(endpoint.target_pod);
      if (!one || (out && out->set != one->set)) return std::nullopt;
      if (endpoint.hostname == endpoint.target_pod) one->service = slice->service;
      if (!out) {
        out = std::move(one);
        continue;
      }
      out->members = std::max(out->members, one->members);
      if (one->service != out->service) out->service.clear();
    }
  }
  return out;
}

}  // namespace postern::build
