// Makes and renews the certificates of the stream in a directory:
//   ca.crt ca.key   controller/{ca.crt,tls.crt,tls.key}   proxy/{ca.crt,tls.crt,tls.key}
// An authority lives 10 years, a leaf 90 days. A leaf is made anew when two thirds of its life are
// over, or when it cannot be used; what is valid is never written over. Taking ca.crt and ca.key
// away makes a new authority, and the old one stays trusted in both ca.crt until it expires.
// Called by `postern certgen`. Files are changed one by one, each whole.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/identity/pem.h"

namespace postern::identity {

struct FileNote {
  std::string path;
  bool written = false;             // else it was kept
  std::optional<WallTime> until{};  // certificates
};

struct CertgenReport {
  std::vector<FileNote> files;
  std::vector<std::string> warnings;
};

// The error is a sentence that says what to do; then no certificate was written, unless it says
// that writing failed.
[[nodiscard]] Result<CertgenReport, std::string> make_certificates(const std::string& directory,
                                                                   const std::string& ingress_class,
                                                                   WallTime now);

// Two thirds of its life are over.
[[nodiscard]] bool is_due(const Validity& valid, WallTime now);

}  // namespace postern::identity
