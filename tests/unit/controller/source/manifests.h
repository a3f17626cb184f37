// A directory of manifests that ends with the test.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace postern::source {

class Manifests {
 public:
  Manifests() {
    std::string pattern = (std::filesystem::temp_directory_path() / "manifests-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data()) == nullptr ? std::string() : pattern;
  }
  ~Manifests() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  Manifests(const Manifests&) = delete;
  Manifests& operator=(const Manifests&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  // Private to its owner, as a manifest with keys should be.
  std::string write(const std::string& name, std::string_view text) const {
    namespace fs = std::filesystem;
    const fs::path file = fs::path(path_) / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    return file.string();
  }

 private:
  std::string path_;
};

inline constexpr std::string_view kGoodMailServer = R"(apiVersion: postern.dev/v1alpha1
kind: MailServer
metadata: {name: good, namespace: other}
spec:
  hostnames: [mail.good.example]
  tls: {certificateRefs: [{name: good-tls}]}
  backends: [{name: pods, service: {name: dovecot}}]
)";

}  // namespace postern::source
