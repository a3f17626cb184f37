#include "proxy/control/control_stream.h"

#include <utility>

namespace postern::control {

namespace pb = config::v1alpha1;

namespace {

bool is_lasting(grpc::StatusCode code) {
  return code == grpc::StatusCode::PERMISSION_DENIED ||
         code == grpc::StatusCode::FAILED_PRECONDITION ||
         code == grpc::StatusCode::UNAUTHENTICATED || code == grpc::StatusCode::UNIMPLEMENTED;
}

}  // namespace

GrpcTransport::GrpcTransport(std::shared_ptr<grpc::Channel> channel, ControlThread& thread)
    : thread_(thread),
      stub_(pb::ConfigStream::NewStub(std::move(channel))),
      waiting_([this] { wait(); }) {}

GrpcTransport::~GrpcTransport() {
  queue_.Shutdown();
  waiting_.join();
}

std::shared_ptr<Stream> GrpcTransport::open(StreamEvents events) {
  auto stream = std::make_shared<ControlStream>(thread_, std::move(events));
  stream->start(*stub_, queue_);
  return stream;
}

void GrpcTransport::wait() {
  void* operation = nullptr;
  for (bool ok = false; queue_.Next(&operation, &ok);) {
    ControlStream::completed(*static_cast<ControlStream::Operation*>(operation), ok);
  }
}

// Where the control thread has ended, so has the interest: the last operation lets go.
void ControlStream::completed(Operation& operation, bool ok) {
  auto stream = std::exchange(operation.stream, nullptr);
  ControlThread& thread = stream->thread_;
  static_cast<void>(thread.post(
      [stream = std::move(stream), done = operation.done, ok] { ((*stream).*done)(ok); }));
}

ControlStream::Operation* ControlStream::begin(Operation& operation) {
  operation.stream = shared_from_this();
  return &operation;
}

void ControlStream::start(pb::ConfigStream::Stub& stub, grpc::CompletionQueue& queue) {
  stream_ = stub.PrepareAsyncConnect(&context_, &queue);
  stream_->StartCall(begin(start_));
}

void ControlStream::started(bool ok) {
  if (!ok) return finish();
  open_ = true;
  read_next();
  write_next();
}

void ControlStream::send(pb::ProxyMessage message) {
  messages_.push_back(std::move(message));
  write_next();
}

void ControlStream::write_next() {
  if (writing_ || !open_ || messages_.empty()) return;
  writing_ = true;
  out_ = std::move(messages_.front());
  messages_.pop_front();
  stream_->Write(out_, begin(write_));
}

google::protobuf::ArenaOptions ControlStream::arena_options() {
  google::protobuf::ArenaOptions options;
  options.max_block_size = std::size_t{256} << 10;
  return options;
}

void ControlStream::read_next() {
  arena_.Reset();
  in_ = google::protobuf::Arena::CreateMessage<pb::ControllerMessage>(&arena_);
  stream_->Read(in_, begin(read_));
}

void ControlStream::was_read(bool ok) {
  if (!ok) return finish();
  events_.arrived(*in_);
  read_next();
}

void ControlStream::was_written(bool ok) {
  writing_ = false;
  if (ok) write_next();
  // Otherwise the stream is over, and the read that is open will say so.
}

void ControlStream::finish() {
  open_ = false;
  stream_->Finish(&status_, begin(finish_));
}

void ControlStream::finished(bool /*ok*/) {
  const auto kind =
      is_lasting(status_.error_code()) ? StreamEnd::Kind::LastingRefusal : StreamEnd::Kind::Lost;
  events_.ended({kind, status_.error_message()});
}

}  // namespace postern::control
