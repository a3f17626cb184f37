#include "controller/build/lasting_pods.h"

#include <string_view>

namespace postern::build {
namespace {

// A pod of a Deployment ends in five characters by chance, which may all be digits.
constexpr std::size_t kMostDigits = 4;

// "dovecot-12" → dovecot.
std::optional<LastingPods> read_name(std::string_view pod) {
  const std::size_t dash = pod.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return std::nullopt;
  const std::string_view digits = pod.substr(dash + 1);
  const bool is_padded = digits.size() > 1 && digits.front() == '0';
  if (digits.empty() || digits.size() > kMostDigits || is_padded) return std::nullopt;
  if (digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  return LastingPods{std::string(pod.substr(0, dash)), {}};
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
      } else if (one->service != out->service) {
        out->service.clear();
      }
    }
  }
  return out;
}

}  // namespace postern::build
