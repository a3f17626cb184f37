#include "tests/kube/scripted_proxies/scripted_proxy.h"

#include <algorithm>

namespace postern::test {

ScriptedProxy::ScriptedProxy(const std::shared_ptr<grpc::Channel>& channel, const pb::Hello& hello,
                             ProxyScript script)
    : stub_(pb::ConfigStream::NewStub(channel)), script_(std::move(script)) {
  stream_ = stub_->Connect(&context_);
  pb::ProxyMessage message;
  *message.mutable_hello() = hello;
  stream_->Write(message);
  thread_ = std::thread([this] { read(); });
}

ScriptedProxy::~ScriptedProxy() {
  context_.TryCancel();
  thread_.join();
}

void ScriptedProxy::read() {
  for (pb::ControllerMessage message; stream_->Read(&message);) {
    if (message.has_update()) take(message.update());
  }
}

void ScriptedProxy::take(const pb::ConfigUpdate& chunk) {
  const std::lock_guard lock(mutex_);
  for (const pb::Resource& resource : chunk.upserts()) {
    coming_[{resource.type(), resource.name()}] = resource.version();
  }
  for (const pb::ResourceName& gone : chunk.removals()) held_.erase({gone.type(), gone.name()});
  if (!chunk.last_chunk()) return;
  unanswered_ = chunk.nonce();
  if (!script_.silent) answer();
}

const pb::ResourceError* ScriptedProxy::refusal_of(const Key& key) const {
  const auto found = std::ranges::find_if(script_.refuse, [&](const pb::ResourceError& one) {
    return one.type() == key.first && one.name() == key.second;
  });
  return found == script_.refuse.end() ? nullptr : &*found;
}

void ScriptedProxy::answer() {
  standing_.clear();
  for (const auto& [key, version] : coming_) {
    const pb::ResourceError* refusal = refusal_of(key);
    if (refusal == nullptr) {
      held_[key] = version;
      continue;
    }
    pb::ResourceError& error = standing_.emplace_back(*refusal);
    error.set_version(version);
    if (held_.contains(key)) error.set_running_version(held_[key]);
  }
  coming_.clear();
  answered_ = std::exchange(unanswered_, {});
  send(answered_, standing_);
}

void ScriptedProxy::correct() {
  const auto mended = std::ranges::partition(standing_, [&](const pb::ResourceError& error) {
    return !error.retryable() || refusal_of({error.type(), error.name()}) != nullptr;
  });
  if (mended.empty()) return;
  for (const pb::ResourceError& error : mended) {
    held_[{error.type(), error.name()}] = error.version();
  }
  standing_.erase(mended.begin(), mended.end());
  send(answered_, standing_);
}

void ScriptedProxy::follow(ProxyScript script) {
  const std::lock_guard lock(mutex_);
  script_ = std::move(script);
  if (script_.silent) return;
  correct();
  if (!unanswered_.empty()) answer();
}

void ScriptedProxy::send(const std::string& nonce, const std::vector<pb::ResourceError>& errors) {
  pb::ProxyMessage message;
  pb::ApplyResult& result = *message.mutable_result();
  result.set_nonce(nonce);
  result.set_state(errors.empty() ? pb::ApplyResult::STATE_ACTIVE
                                  : pb::ApplyResult::STATE_PARTIALLY_ACTIVE);
  for (const pb::ResourceError& error : errors) *result.add_errors() = error;
  stream_->Write(message);
}

}  // namespace postern::test
