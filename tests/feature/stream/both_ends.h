// A controller's end and a proxy's end of the stream, made and ended by tests.
#pragma once

#include <memory>

#include <grpcpp/grpcpp.h>

#include "common/base/log.h"
#include "proxy/control/subscriber.h"
#include "tests/feature/stream/controller_end.h"
#include "tests/feature/stream/noting_adopter.h"

namespace postern::test {

class ProxyEnd {
 public:
  explicit ProxyEnd(std::shared_ptr<grpc::Channel> channel,
                    control::SubscriberSettings settings = usual())
      : log_(make_null_log()),
        subscriber_(std::move(settings), std::move(channel), thread_, adopter, *log_) {
    subscriber_.start();
  }
  static control::SubscriberSettings usual() {
    control::SubscriberSettings settings;
    settings.proxy_name = "proxy-1";
    settings.ingress_class = "mail";
    settings.instance_id = "1";
    settings.backoff = {Duration(1), Duration(20)};
    return settings;
  }
  control::Subscriber& subscriber() { return subscriber_; }

  NotingAdopter adopter;

 private:
  std::unique_ptr<Log> log_;
  control::ControlThread thread_;
  control::Subscriber subscriber_;
};

}  // namespace postern::test
