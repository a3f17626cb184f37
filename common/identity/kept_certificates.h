// The certificates of this end of the stream: what lies in the directory of --certs (ca.crt,
// tls.crt, tls.key), checked, and shown to gRPC in a private directory. What is not usable changes
// nothing: the last good pair stays in force, a metric counts it, and the log says each reason
// once. Nothing is restarted, and streams that are open live on.
// Before the first usable pair, gRPC is shown one that nobody trusts and that trusts nobody: every
// handshake fails, on both sides, and the next pair mends it.
// A thread of its own looks at changes and each few seconds; look() may be called by any thread.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/digest.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "common/base/result.h"
#include "common/identity/directory_watch.h"
#include "common/identity/pair.h"
#include "common/identity/private_directory.h"

namespace postern::identity {

struct KeptSettings {
  std::string directory;
  Identity who;
  bool watch = true;  // false: nobody looks but whoever calls look()
  Duration poll{5'000};
  std::vector<std::string> private_parents = PrivateDirectory::usual_parents();
};

struct KeptNeeds {
  Log& log;
  const Clock& clock;
  Metrics& metrics;
};

class KeptCertificates {
 public:
  // The error: no private directory can be made. Unusable certificates are no error: usable() says.
  [[nodiscard]] static Result<std::unique_ptr<KeptCertificates>, std::string> open(
      KeptSettings settings, KeptNeeds needs);
  ~KeptCertificates();
  KeptCertificates(const KeptCertificates&) = delete;
  KeptCertificates& operator=(const KeptCertificates&) = delete;

  // True when another pair came into force by it.
  bool look();
  // Whether there has been a usable pair; problem() says why the newest look found none.
  [[nodiscard]] bool usable() const;
  [[nodiscard]] std::string problem() const;

  [[nodiscard]] const Identity& who() const { return settings_.who; }
  // ca.crt, tls.crt and tls.key are below it; for credentials.h.
  [[nodiscard]] std::string current() const { return private_->current(); }

 private:
  KeptCertificates(KeptSettings settings, KeptNeeds needs,
                   std::unique_ptr<PrivateDirectory> directory);
  void show_nobody();
  void watch();
  bool take(const PairText& text);
  void refuse(std::string_view word, std::string sentence);

  KeptSettings settings_;
  KeptNeeds needs_;
  std::unique_ptr<PrivateDirectory> private_;
  Gauge& expiry_;
  DirectoryWatch watch_;

  mutable std::mutex mutex_;
  std::optional<Sha256> in_force_;
  std::string problem_;
  std::set<std::string> told_;  // since a look was good

  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace postern::identity
