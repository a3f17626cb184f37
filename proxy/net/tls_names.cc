#include "proxy/net/tls_names.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "common/base/ascii.h"

namespace postern::net {

namespace {

constexpr std::size_t kHostNameOctets = 253;  // RFC 1035 §2.3.4, as text
constexpr std::size_t kLabelOctets = 63;

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > kLabelOctets) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

// A 16-bit length and that many octets.
std::optional<std::string_view> take_vector(std::string_view& from) {
  if (from.size() < 2) return std::nullopt;
  const auto high = static_cast<unsigned char>(from[0]);
  const auto low = static_cast<unsigned char>(from[1]);
  const std::size_t length = std::size_t{high} * 256 + low;
  if (from.size() - 2 < length) return std::nullopt;
  const std::string_view out = from.substr(2, length);
  from.remove_prefix(2 + length);
  return out;
}

// RFC 6066 §3: a list of typed names; only host_name is defined, and one of each type allowed.
std::optional<std::string_view> only_host_name(std::string_view extension) {
  auto list = take_vector(extension);
  if (!list || !extension.empty() || list->empty() || list->front() != TLSEXT_NAMETYPE_host_name) {
    return std::nullopt;
  }
  list->remove_prefix(1);
  const auto name = take_vector(*list);
  if (!name || !list->empty()) return std::nullopt;
  return name;
}

}  // namespace

bool is_host_name(std::string_view name) {
  if (name.empty() || name.size() > kHostNameOctets) return false;
  while (true) {
    const std::size_t dot = name.find('.');
    if (!is_label(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

Result<std::string, int> asked_name(ssl_st* tls) {
  const unsigned char* octets = nullptr;
  std::size_t length = 0;
  if (SSL_client_hello_get0_ext(tls, TLSEXT_TYPE_server_name, &octets, &length) != 1) {
    return std::string{};
  }
  const auto name = only_host_name({reinterpret_cast<const char*>(octets), length});
  if (!name) return Fail<int>(SSL_AD_DECODE_ERROR);
  if (!is_host_name(*name)) return Fail<int>(SSL_AD_UNRECOGNIZED_NAME);
  return lower(*name);
}

NameTable::NameTable(std::shared_ptr<const config::Listener> listener, const NameTable* before)
    : listener_(std::move(listener)) {
  const auto order = [](const Name& a, const Name& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.tenant < b.tenant;
  };
  const auto& tenants = listener_->tenants;
  SharedList<config::Tenant>::Common shared;
  // A lowered name is the table's own.
  if (before && before->lowered_.empty()) {
    shared = tenants.shared_with(before->listener_->tenants);
    take_shared(*before, shared);
  }
  const auto taken = static_cast<std::ptrdiff_t>(names_.size());
  add_tenants(shared.front, tenants.size() - shared.front - shared.back);
  std::sort(names_.begin() + taken, names_.end(), order);
  std::inplace_merge(names_.begin(), names_.begin() + taken, names_.end(), order);
}

void NameTable::take_shared(const NameTable& before, SharedList<config::Tenant>::Common shared) {
  const std::size_t back_then = before.listener_->tenants.size() - shared.back;
  const std::size_t back_now = listener_->tenants.size() - shared.back;
  names_.reserve(before.names_.size() + 1);
  for (const Name& name : before.names_) {
    if (name.tenant < shared.front) {
      names_.push_back(name);
    } else if (name.tenant >= back_then) {
      names_.push_back({name.hash, name.tenant - back_then + back_now, name.text});
    }
  }
}

void NameTable::add_tenants(std::size_t first, std::size_t count) {
  std::size_t names = names_.size();
  for (std::size_t i = first; i < first + count; ++i) {
    names += listener_->tenants[i].hostnames.size();
  }
  names_.reserve(names);
  for (std::size_t i = first; i < first + count; ++i) {
    for (const std::string& hostname : listener_->tenants[i].hostnames) add(hostname, i);
  }
}

void NameTable::add(std::string_view hostname, std::size_t tenant) {
  std::string_view text = hostname.starts_with("*.") ? hostname.substr(1) : hostname;
  if (std::any_of(text.begin(), text.end(), [](char c) { return c != lower(c); })) {
    text = lowered_.emplace_back(lower(text));
  }
  names_.push_back({std::hash<std::string_view>{}(text), tenant, text});
}

std::optional<std::size_t> NameTable::find_exactly(std::string_view text) const {
  const std::size_t hash = std::hash<std::string_view>{}(text);
  for (auto at = std::ranges::lower_bound(names_, hash, {}, &Name::hash);
       at != names_.end() && at->hash == hash; ++at) {
    if (at->text == text) return at->tenant;
  }
  return std::nullopt;
}

std::optional<std::size_t> NameTable::find(std::string_view name) const {
  if (name.starts_with('.')) return std::nullopt;
  if (const auto exact = find_exactly(name)) return exact;
  // The longest suffix first.
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos;
       dot = name.find('.', dot + 1)) {
    if (const auto below = find_exactly(name.substr(dot))) return below;
  }
  return std::nullopt;
}

}  // namespace postern::net
