// FreshResource: a resource on its way from the builder, which keeps it to compare with what it
// makes next, to publish, which gives it its version and keeps it too: thousands need not be there
// twice. Nothing but the version changes any more, and that once, before another thread sees it.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "common/config/resource.h"

namespace postern::config {

class FreshResource {
 public:
  // Not explicit: any resource is a fresh one to whoever gets it this way.
  FreshResource(Resource resource)  // NOLINT(google-explicit-constructor)
      : shared_(std::make_shared<Resource>(std::move(resource))) {}

  const Resource& operator*() const { return *shared_; }
  const Resource* operator->() const { return shared_.get(); }
  [[nodiscard]] ResourceKey key() const { return shared_->key(); }
  [[nodiscard]] const std::shared_ptr<Resource>& shared() const { return shared_; }

  friend bool operator==(const FreshResource&, const FreshResource&) = default;  // the very same

 private:
  std::shared_ptr<Resource> shared_;
};

}  // namespace postern::config
