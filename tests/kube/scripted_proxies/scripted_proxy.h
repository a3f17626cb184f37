// A proxy that is none: it joins by mutual TLS, says Hello, and answers each update as its script
// says: what it refuses, how, and whether it answers at all. Nothing is decoded or served.
// Threads: follow() from one; what comes over the stream is read by a thread of its own.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "postern/config/v1alpha1/config.grpc.pb.h"

namespace postern::test {

namespace pb = config::v1alpha1;

struct ProxyScript {
  std::vector<pb::ResourceError> refuse;  // by type and name; versions are filled in
  bool silent = false;                    // updates are taken, and not answered
};

class ScriptedProxy {
 public:
  ScriptedProxy(const std::shared_ptr<grpc::Channel>& channel, const pb::Hello& hello,
                ProxyScript script);
  ~ScriptedProxy();
  ScriptedProxy(const ScriptedProxy&) = delete;
  ScriptedProxy& operator=(const ScriptedProxy&) = delete;

  // From now on. What was refused as retryable, and is not refused any more, comes into force.
  void follow(ProxyScript script);

 private:
  using Key = std::pair<int, std::string>;

  void read();
  void take(const pb::ConfigUpdate& chunk);
  void answer();
  void correct();
  [[nodiscard]] const pb::ResourceError* refusal_of(const Key& key) const;
  void send(const std::string& nonce, const std::vector<pb::ResourceError>& errors);

  std::unique_ptr<pb::ConfigStream::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<pb::ProxyMessage, pb::ControllerMessage>> stream_;
  std::mutex mutex_;  // of all below
  ProxyScript script_;
  std::map<Key, std::string> held_;          // the version that it runs
  std::map<Key, std::string> coming_;        // of the update that comes in
  std::string unanswered_;                   // nonce of an update that is whole; empty: none
  std::string answered_;                     // nonce of the last answer
  std::vector<pb::ResourceError> standing_;  // errors of that answer
  std::thread thread_;                       // last: it begins when all the rest is there
};

}  // namespace postern::test
