#include "common/admin/admin_server.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "common/base/limits.h"

namespace postern::admin {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using Error = boost::system::error_code;

tcp::endpoint endpoint_of(const SocketAddress& address) {
  const auto& octets = address.ip.octets();
  if (address.ip.family() == IpAddress::Family::V4) {
    return {asio::ip::address_v4({octets[12], octets[13], octets[14], octets[15]}), address.port};
  }
  asio::ip::address_v6::bytes_type bytes{};
  std::copy(octets.begin(), octets.end(), bytes.begin());
  return {asio::ip::address_v6(bytes), address.port};
}

// An IPv4 client of an IPv6 socket too.
bool is_of_this_machine(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).is_loopback();
  }
  return address.is_loopback();
}

SocketAddress with_port(SocketAddress address, std::uint16_t port) {
  address.port = port;
  return address;
}

// What is left of the five seconds is the deadline of each step: it is set once.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, const Pages& pages, std::function<void()> ended)
      : stream_(std::move(socket)), pages_(pages), ended_(std::move(ended)) {}
  ~Connection() { ended_(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start(std::chrono::milliseconds time) {
    stream_.expires_after(time);
    parser_.header_limit(kMaxHeaderOctets);
    http::async_read_header(
        stream_, buffer_, parser_,
        [self = shared_from_this()](const Error& error, std::size_t) { self->answer(error); });
  }

 private:
  void answer(const Error& error) {
    if (!error) {
      const auto& request = parser_.get();
      return write(page_for(request.method_string(), request.target(), pages_, caller()));
    }
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      return write({.status = 431, .text = "the request header is longer than 8 KiB\n"});
    }
    const bool garbled =
        error.category() == http::make_error_code(http::error::bad_method).category();
    if (garbled && error != http::error::partial_message && error != http::error::end_of_stream) {
      write({.status = 400, .text = "this is not HTTP/1.1\n"});
    }
  }

  [[nodiscard]] Caller caller() {
    Error error;
    const tcp::endpoint peer = stream_.socket().remote_endpoint(error);
    const bool here = !error && is_of_this_machine(peer.address());
    return here ? Caller::OfThisMachine : Caller::FromElsewhere;
  }

  // One request a connection: nothing of the client is kept, and a deadline is a deadline.
  void write(Page page) {
    response_.result(page.status);
    response_.version(11);
    response_.set(http::field::content_type,
                  beast::string_view(page.content_type.data(), page.content_type.size()));
    response_.set(http::field::cache_control, "no-store");
    response_.set("X-Content-Type-Options", "nosniff");
    if (page.status == 405) {
      response_.set(http::field::allow,
                    beast::string_view(page.allowed.data(), page.allowed.size()));
    }
    response_.keep_alive(false);
    response_.body() = std::move(page.text);
    response_.prepare_payload();
    http::async_write(stream_, response_,
                      [self = shared_from_this()](const Error& error, std::size_t) {
                        if (!error) self->linger();
                      });
  }

  // A body that was not read would turn close into a reset, which destroys the answer on its way.
  void linger() {
    Error ignored;  // the client may be gone already, and then there is nothing left to do
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    read_past();
  }

  void read_past() {
    stream_.async_read_some(asio::buffer(rest_),
                            [self = shared_from_this()](const Error& error, std::size_t octets) {
                              self->read_past_octets_ += octets;
                              if (!error && self->read_past_octets_ < limits::kLingerOctets) {
                                self->read_past();
                              }
                            });
  }

  beast::tcp_stream stream_;
  const Pages& pages_;
  std::function<void()> ended_;
  beast::flat_buffer buffer_{2 * kMaxHeaderOctets};
  http::request_parser<http::empty_body> parser_;
  http::response<http::string_body> response_;
  std::array<char, 2048> rest_{};
  std::size_t read_past_octets_ = 0;
};

}  // namespace

// Everything here but the constructor, bind and the destructor runs on the thread. Connections hold
// themselves through the io_context's handlers; those are destroyed with it, after the thread
// ended.
class AdminServer::Serving {
 public:
  Serving(const Pages& pages, const AdminLimits& limits) : pages_(pages), limits_(limits) {}

  ~Serving() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
    ending_ = true;
  }
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;

  [[nodiscard]] Result<SocketAddress, std::string> start(const SocketAddress& where) {
    Error error;
    const tcp::endpoint wanted = endpoint_of(where);
    acceptor_.open(wanted.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && wanted.protocol() == tcp::v6()) {
      // [::] takes IPv4 as well, whatever the system's default is.
      acceptor_.set_option(asio::ip::v6_only(false), error);
    }
    if (!error) acceptor_.bind(wanted, error);
    if (!error) acceptor_.listen(static_cast<int>(limits_.connections), error);
    const tcp::endpoint bound = error ? wanted : acceptor_.local_endpoint(error);
    if (error) {
      return Fail<std::string>(fmt::format("{}: {}", where.text(), error.message()));
    }
    accept();
    thread_ = std::thread([this] { context_.run(); });
    return with_port(where, bound.port());
  }

 private:
  void accept() {
    accepting_ = true;
    acceptor_.async_accept([this](const Error& error, tcp::socket socket) {
      accepting_ = false;
      if (error == asio::error::operation_aborted) return;
      if (error) return pause();
      begin(std::move(socket));
      if (open_ < limits_.connections) accept();
    });
  }

  // Out of descriptors, believed to pass: asking again at once would spin.
  void pause() {
    accepting_ = true;
    pause_.expires_after(limits::kAcceptPause);
    pause_.async_wait([this](const Error& error) {
      if (!error) accept();
    });
  }

  void begin(tcp::socket socket) {
    ++open_;
    auto connection = std::make_shared<Connection>(std::move(socket), pages_, [this] {
      --open_;
      if (!accepting_ && !ending_) accept();
    });
    connection->start(limits_.connection_time);
  }

  const Pages& pages_;
  AdminLimits limits_;
  std::size_t open_ = 0;
  bool accepting_ = false;
  bool ending_ = false;
  asio::io_context context_{1};
  tcp::acceptor acceptor_{context_};
  asio::steady_timer pause_{context_};
  std::thread thread_;
};

AdminServer::AdminServer(Pages pages, AdminLimits limits)
    : pages_(std::move(pages)), limits_(limits) {}

AdminServer::~AdminServer() { stop(); }

Result<SocketAddress, std::string> AdminServer::start(const SocketAddress& where) {
  auto serving = std::make_unique<Serving>(pages_, limits_);
  auto bound = serving->start(where);
  if (bound) serving_ = std::move(serving);
  return bound;
}

void AdminServer::stop() { serving_.reset(); }

}  // namespace postern::admin
