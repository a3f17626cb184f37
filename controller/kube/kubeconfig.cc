#include "controller/kube/kubeconfig.h"

#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "common/base/ascii.h"
#include "controller/kube/base64_material.h"
#include "controller/kube/config_tree.h"
#include "controller/kube/material_file.h"
#include "controller/kube/server_url.h"

namespace postern::kube {
namespace {

// A sentence on its way out of the file; none leaves it.
struct RefusedConfig {
  std::string sentence;
};

[[noreturn]] void refuse(std::string sentence) { throw RefusedConfig{std::move(sentence)}; }

struct Unsupported {
  std::string_view key;
  std::string_view why;
};

// What would be done as somebody else, or elsewhere, if it were left out.
constexpr std::array kOfUsers{
    Unsupported{"exec", "no programs are run to log in: give a token, tokenFile or a certificate"},
    Unsupported{"auth-provider", "Kubernetes has removed it: give a token or a certificate"},
    Unsupported{"username", "Kubernetes has removed passwords: give a token or a certificate"},
    Unsupported{"password", "Kubernetes has removed passwords: give a token or a certificate"},
    Unsupported{"as", "nobody is impersonated: give the user's own credentials"},
    Unsupported{"as-uid", "nobody is impersonated: give the user's own credentials"},
    Unsupported{"as-groups", "nobody is impersonated: give the user's own credentials"},
    Unsupported{"as-user-extra", "nobody is impersonated: give the user's own credentials"},
};
constexpr std::array kOfClusters{
    Unsupported{"proxy-url", "no proxy is asked: give a server that can be reached"},
};

template <std::size_t kCount>
void refuse_unsupported(const ConfigTree& of, const std::string& whose,
                        const std::array<Unsupported, kCount>& unsupported) {
  for (const Unsupported& one : unsupported) {
    if (of.find(one.key)) refuse(fmt::format("{} has `{}`: {}", whose, one.key, one.why));
  }
}

// "clusters" are lists of {name, cluster}; the first of a name counts, as with kubectl.
const ConfigTree& named(const ConfigTree& config, std::string_view kind, std::string_view name) {
  std::string others;
  if (const ConfigTree* const list = config.find(fmt::format("{}s", kind))) {
    for (const ConfigTree& item : list->items) {
      const std::string_view its = item.text_at("name");
      const ConfigTree* const found = its == name ? item.find(kind) : nullptr;
      if (found && found->kind == ConfigTree::Kind::Map) return *found;
      if (others.size() < 200) others += fmt::format("{}{}", others.empty() ? "" : ", ", its);
    }
  }
  refuse(fmt::format("it has no {} `{}`; there are: {}", kind, printable(name, 64),
                     others.empty() ? "none" : printable(others)));
}

class Reading {
 public:
  Reading(const ConfigTree& config, const KubeconfigChoice& choice)
      : config_(config), choice_(choice) {}

  FoundAccess found() {
    std::string_view name = choice_.context;
    if (name.empty()) name = config_.text_at("current-context");
    if (name.empty()) refuse("it has no current-context: give --context");
    const ConfigTree& context = named(config_, "context", name);
    found_.in_namespace = context.text_at("namespace");
    take_cluster(context.text_at("cluster"));
    if (!context.text_at("user").empty()) take_user(context.text_at("user"));
    refuse_secrets_in_clear();
    return std::move(found_);
  }

 private:
  void take_cluster(std::string_view name) {
    const ConfigTree& cluster = named(config_, "cluster", name);
    const std::string whose = fmt::format("the cluster `{}`", printable(name, 64));
    refuse_unsupported(cluster, whose, kOfClusters);
    const auto access = parse_server_url(cluster.text_at("server"));
    if (!access) refuse(whose + " has no `server` of the form https://HOST:PORT");
    found_.access = *access;
    found_.access.server_name = cluster.text_at("tls-server-name");
    found_.access.authorities = material(cluster, "certificate-authority", whose);
    const std::string_view insecure = cluster.text_at("insecure-skip-tls-verify");
    if (insecure.empty() || insecure == "false") return;
    if (insecure != "true") refuse(whose + ": `insecure-skip-tls-verify` is true or false");
    if (!found_.access.authorities.empty()) {
      refuse(whose + " has authorities and `insecure-skip-tls-verify`: remove one of them");
    }
    found_.access.unverified = true;
    found_.warnings.push_back(whose +
                              " has `insecure-skip-tls-verify`: whoever answers there is believed, "
                              "and is given our credentials");
  }

  void take_user(std::string_view name) {
    const ConfigTree& user = named(config_, "user", name);
    const std::string whose = fmt::format("the user `{}`", printable(name, 64));
    refuse_unsupported(user, whose, kOfUsers);
    ApiAccess& access = found_.access;
    access.certificate = material(user, "client-certificate", whose);
    access.key = material(user, "client-key", whose);
    if (access.certificate.empty() != access.key.empty()) {
      refuse(whose + " has half of a client certificate: it needs certificate and key");
    }
    if (const std::string_view file = user.text_at("tokenFile"); !file.empty()) {
      access.token.file = beside(file);
    }
    if (const std::string_view token = user.text_at("token"); !token.empty()) {
      access.token.given = SharedSecret(token);
    }
  }

  // What stands inline wins over a file.
  [[nodiscard]] Material material(const ConfigTree& of, const std::string& key,
                                  const std::string& whose) const {
    if (const std::string_view inline_text = of.text_at(key + "-data"); !inline_text.empty()) {
      const auto octets = decode_material(inline_text);
      if (!octets) refuse(fmt::format("{}: `{}-data` is no base64", whose, key));
      return {{}, *octets};
    }
    const std::string_view file = of.text_at(key);
    if (file.empty()) return {};
    return {beside(file), {}};
  }

  [[nodiscard]] std::string beside(std::string_view file) const {
    return (std::filesystem::path(choice_.folder) / file).lexically_normal();
  }

  void refuse_secrets_in_clear() const {
    const ApiAccess& access = found_.access;
    const bool has_secret = !access.token.empty() || !access.key.empty();
    if (!access.tls && has_secret && !is_loopback(access)) {
      refuse(
          "the server is asked in clear text, and everybody on the way could read the "
          "credentials: use https");
    }
  }

  const ConfigTree& config_;
  const KubeconfigChoice& choice_;
  FoundAccess found_;
};

}  // namespace

Result<FoundAccess, std::string> parse_kubeconfig(ByteView yaml, const KubeconfigChoice& choice) {
  const auto tree = read_config_tree(yaml);
  if (!tree) return Fail<std::string>(tree.error());
  try {
    return Reading(*tree, choice).found();
  } catch (const RefusedConfig& refused) {
    return Fail<std::string>(refused.sentence);
  }
}

Result<FoundAccess, std::string> read_kubeconfig(const std::string& path,
                                                 const std::string& context) {
  const auto octets = read_material(path, kMaxConfigOctets);
  if (!octets) return Fail<std::string>(octets.error());
  KubeconfigChoice choice;
  choice.context = context;
  choice.folder = std::filesystem::path(path).parent_path();
  auto found = parse_kubeconfig(octets->reveal(), choice);
  if (!found) return Fail<std::string>(fmt::format("{}: {}", path, found.error()));
  return found;
}

}  // namespace postern::kube
