// HttpConnection: one connection to an HTTP service with at most one question on it (security AU8):
// connecting, TLS, sending, reading, and idle until it is asked again. Octets that nobody asked for
// end it. The request is wiped as it is sent.
// Owned by the pools of one worker; advance() is called after each event and never blocks.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/bytes.h"
#include "common/base/clock.h"
#include "proxy/auth/response_reader.h"
#include "proxy/net/loop.h"
#include "proxy/net/stream.h"
#include "proxy/net/tls_client.h"

namespace postern::auth {

enum class Step : std::uint8_t {
  Waiting,
  Answered,   // response() is there
  Unreached,  // no connection, or no TLS: nothing was asked
  Closed,     // ended before the first octet of an answer
  Garbled,    // what came is no answer
};

class HttpConnection {
 public:
  // Its connection is under way. `tls` null: in clear.
  HttpConnection(net::Stream stream, const net::TlsClient* tls, Instant now)
      : stream_(std::move(stream)), tls_(tls), begun_(now) {}

  // The next question; sent when connected. Only while nothing else is asked.
  void ask(Buffer request, config::Strictness strictness);
  // Does all that can be done now. After anything but Waiting it is told nothing more, unless
  // Answered and the response may be followed: then settle() makes it idle.
  [[nodiscard]] Step advance(net::TlsSessions& sessions);
  void settle();
  // What the loop tells: there may be something to read, if only its end.
  void note(const net::Event& event) {
    readable_ = readable_ || event.readable;
    ended_ = ended_ || event.ended;
  }
  // Idle, open, and nothing has come that nobody asked for, as far as the loop has told.
  [[nodiscard]] bool quiet();

  [[nodiscard]] int fd() const { return stream_.fd(); }
  [[nodiscard]] Instant begun() const { return begun_; }
  [[nodiscard]] std::uint32_t questions() const { return questions_; }
  // The answer before this question came over it.
  [[nodiscard]] bool reused() const { return questions_ > 1; }
  [[nodiscard]] bool connecting() const {
    return phase_ == Phase::Connecting || phase_ == Phase::Handshaking;
  }
  [[nodiscard]] bool sent() const { return phase_ == Phase::Reading; }
  [[nodiscard]] bool answer_begun() const { return reader_ && reader_->begun(); }
  [[nodiscard]] const HttpResponse& response() const { return reader_->response(); }
  [[nodiscard]] const std::string& reason() const { return reason_; }  // for the log, printable

 private:
  enum class Phase : std::uint8_t { Connecting, Handshaking, Sending, Reading, Idle };

  [[nodiscard]] Step connect(net::TlsSessions& sessions);
  [[nodiscard]] Step handshake();
  [[nodiscard]] Step send();
  [[nodiscard]] Step read();
  [[nodiscard]] Step judge(Reading reading);
  [[nodiscard]] Step fail(Step step, std::string reason);
  [[nodiscard]] std::string closed(std::string_view when) const;  // and how TLS ended
  // What is there to be read, though nothing was asked.
  [[nodiscard]] net::IoStatus unasked();

  net::Stream stream_;
  const net::TlsClient* tls_;
  Instant begun_;
  Phase phase_ = Phase::Connecting;
  bool readable_ = true;  // unless a read found nothing more and the loop has told of nothing since
  bool ended_ = false;    // the loop has seen the service's end: it is behind what can be read
  bool is_quiet_ = false;  // it was just looked whether something came that nobody asked for
  std::uint32_t questions_ = 0;
  Buffer request_{0};
  std::unique_ptr<ResponseReader> reader_;
  std::string reason_;
};

}  // namespace postern::auth
