#include "controller/kube/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

#include "common/base/bytes.h"
#include "controller/kube/retry_after.h"

namespace postern::kube {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using Error = boost::system::error_code;
using TlsStream = asio::ssl::stream<tcp::socket&>;
using Parser = http::response_parser<http::buffer_body>;

constexpr std::size_t kScratchOctets = std::size_t{16} << 10;

void set_option(tcp::socket& socket, int level, int name, int value) {
  // One that the kernel does not know leaves us with our own deadlines.
  static_cast<void>(::setsockopt(socket.native_handle(), level, name, &value, sizeof value));
}

// Balancers forget what is silent for four minutes, and a peer may vanish without a word.
void set_options(tcp::socket& socket) {
  set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set_option(socket, IPPROTO_TCP, TCP_KEEPCNT, 3);
  set_option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, 60'000);
}

// Whom the certificate must be for. False: the name cannot be checked, so nobody is believed.
bool name_server(SSL* ssl, const std::string& name) {
  X509_VERIFY_PARAM* const checks = SSL_get0_param(ssl);
  if (X509_VERIFY_PARAM_set1_ip_asc(checks, name.c_str()) == 1) return true;
  X509_VERIFY_PARAM_set_hostflags(checks, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return !name.empty() && X509_VERIFY_PARAM_set1_host(checks, name.data(), name.size()) == 1 &&
         SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
}

std::string reason_of(const TlsStream& stream, const Error& error) {
  auto* const ssl = const_cast<TlsStream&>(stream).native_handle();
  const long verified = SSL_get_verify_result(ssl);
  if (verified == X509_V_OK) return error.message();
  return fmt::format("{}: {}", error.message(), X509_verify_cert_error_string(verified));
}

Broken::Why why(const Error& error) {
  if (error.category() == asio::error::get_ssl_category()) return Broken::Why::Untrusted;
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return Broken::Why::TooLarge;
  }
  const bool of_http = error.category() == http::make_error_code(http::error::bad_value).category();
  const bool ended = error == http::error::end_of_stream || error == http::error::partial_message;
  return of_http && !ended ? Broken::Why::Garbled : Broken::Why::Cut;
}

class OneConnection final : public Connection, public std::enable_shared_from_this<OneConnection> {
 public:
  OneConnection(asio::io_context& context, Destination destination)
      : destination_(std::move(destination)), resolver_(context), socket_(context) {}
  // Secrets pass through all three.
  ~OneConnection() override {
    wipe(octets_.data(), octets_.size());
    wipe(scratch_.data(), scratch_.size());
    buffer_.clear();
    const auto whole = buffer_.prepare(buffer_.capacity());
    wipe(whole.data(), whole.size());
  }
  OneConnection(const OneConnection&) = delete;
  OneConnection& operator=(const OneConnection&) = delete;

  void exchange(std::string octets, Listener& listener) override {
    listener_ = &listener;
    octets_ = std::move(octets);
    parser_.emplace();
    parser_->header_limit(kMaxHeadOctets);
    parser_->body_limit(boost::none);
    buffer_.reserve(kScratchOctets);  // Beast reads as much at once as there is room, or 512 octets
    established_ ? write() : dial();
  }

  void close() override {
    listener_ = nullptr;
    Error ignored;  // what cannot be closed is closed
    resolver_.cancel();
    socket_.close(ignored);
  }

  bool usable() override {
    if (listener_ || !established_ || !socket_.is_open() || !parser_ || !parser_->is_done()) {
      return false;
    }
    return parser_->keep_alive() && buffer_.size() == 0 && silent();
  }

  [[nodiscard]] bool answered() const override {
    return buffer_.size() > 0 || (parser_ && parser_->got_some());
  }
  [[nodiscard]] bool established() const override { return established_; }

 private:
  void dial() {
    Error no_address;
    const auto address = asio::ip::make_address(destination_.host, no_address);
    if (!no_address) return connect(std::array{tcp::endpoint(address, destination_.port)});
    resolver_.async_resolve(
        destination_.host, std::to_string(destination_.port),
        [self = shared_from_this()](const Error& error, const tcp::resolver::results_type& found) {
          if (!self->listener_) return;
          if (error) return self->break_off(Broken::Why::Unreachable, error.message());
          self->connect(found);
        });
  }

  template <class Endpoints>
  void connect(const Endpoints& endpoints) {
    asio::async_connect(socket_, endpoints,
                        [self = shared_from_this()](const Error& error, const tcp::endpoint&) {
                          if (!self->listener_) return;
                          if (error) {
                            return self->break_off(Broken::Why::Unreachable, error.message());
                          }
                          set_options(self->socket_);
                          self->destination_.tls ? self->secure() : self->write_first();
                        });
  }

  void secure() {
    SSL_CTX* const context = destination_.tls.get();
    SSL_CTX_up_ref(context);  // the wrapper gives one back
    asio::ssl::context wrapper(context);
    tls_.emplace(socket_, wrapper);
    if (!name_server(tls_->native_handle(), destination_.server_name)) {
      return break_off(Broken::Why::Untrusted, "its name cannot be checked");
    }
    tls_->async_handshake(asio::ssl::stream_base::client,
                          [self = shared_from_this()](const Error& error) {
                            if (!self->listener_) return;
                            if (error) return self->fail(error);
                            self->write_first();
                          });
  }

  // Plain and TLS do the same from here on.
  template <class Work>
  void with_stream(Work&& work) {
    tls_ ? work(*tls_) : work(socket_);
  }

  void write_first() {
    established_ = true;
    write();
  }

  void write() {
    with_stream([this](auto& stream) {
      asio::async_write(stream, asio::buffer(octets_),
                        [self = shared_from_this()](const Error& error, std::size_t) {
                          wipe(self->octets_.data(), self->octets_.size());
                          self->octets_.clear();
                          if (!self->listener_) return;
                          if (error) return self->fail(error);
                          self->read_head();
                        });
    });
  }

  void read_head() {
    with_stream([this](auto& stream) {
      http::async_read_header(stream, buffer_, *parser_,
                              [self = shared_from_this()](const Error& error, std::size_t) {
                                if (!self->listener_) return;
                                if (error) return self->fail(error);
                                self->tell_head();
                              });
    });
  }

  void tell_head() {
    const auto& answer = parser_->get();
    Head head{static_cast<int>(answer.result_int()), {}};
    // We ask for no 1xx, and what follows one would be taken for the answer to something else.
    if (head.status < 200) return break_off(Broken::Why::Garbled, "an interim answer");
    const auto wait = answer[http::field::retry_after];
    head.retry_after = retry_after({wait.data(), wait.size()});
    listener_->on_head(head);
    if (listener_) read_body();
  }

  void read_body() {
    if (parser_->is_done()) return end();
    scratch_.resize(kScratchOctets);
    auto& body = parser_->get().body();
    body.data = scratch_.data();
    body.size = scratch_.size();
    body.more = true;
    with_stream([this](auto& stream) {
      http::async_read_some(stream, buffer_, *parser_,
                            [self = shared_from_this()](const Error& error, std::size_t) {
                              if (self->listener_) self->tell_octets(error);
                            });
    });
  }

  void tell_octets(const Error& error) {
    const std::size_t came = scratch_.size() - parser_->get().body().size;
    if (came > 0) listener_->on_octets({scratch_.data(), came});
    if (!listener_) return;
    if (error && error != http::error::need_buffer) return fail(error);
    read_body();
  }

  void end() { std::exchange(listener_, nullptr)->on_end(std::nullopt); }

  void fail(const Error& error) {
    break_off(why(error), tls_ ? reason_of(*tls_, error) : error.message());
  }

  void break_off(Broken::Why why_broken, const std::string& words) {
    Listener* const listener = listener_;
    close();
    const bool v6 = destination_.host.find(':') != std::string::npos;
    const std::string host = v6 ? "[" + destination_.host + "]" : destination_.host;
    listener->on_end(Broken{why_broken, fmt::format("{}:{}: {}", host, destination_.port, words)});
  }

  // A kept connection says nothing by itself: octets that nobody asked for are no answer, and an
  // end is an end.
  bool silent() {
    char octet = 0;
    const auto seen = ::recv(socket_.native_handle(), &octet, 1, MSG_PEEK | MSG_DONTWAIT);
    return seen < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }

  Destination destination_;
  tcp::resolver resolver_;
  tcp::socket socket_;
  std::optional<TlsStream> tls_;
  Listener* listener_ = nullptr;  // null: nobody waits, and nothing that still comes counts
  bool established_ = false;
  std::string octets_;
  beast::flat_buffer buffer_{kMaxHeadOctets + kScratchOctets};
  std::optional<Parser> parser_;
  std::vector<char> scratch_;
};

}  // namespace

std::shared_ptr<Connection> Connection::make(asio::io_context& context, Destination destination) {
  return std::make_shared<OneConnection>(context, std::move(destination));
}

}  // namespace postern::kube
