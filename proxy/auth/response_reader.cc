#include "proxy/auth/response_reader.h"

#include <iterator>
#include <new>
#include <string_view>
#include <utility>
#include <variant>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "common/base/ascii.h"
#include "proxy/auth/nginx_header.h"

namespace postern::auth {

namespace {

namespace http = boost::beast::http;

constexpr std::size_t kReadOctets = 1024;  // most answers are shorter
constexpr ByteView kStart = "HTTP/1.";     // Beast waits for more of it before it says no

// Fields hold passwords: their memory is wiped before it goes back.
template <class T>
struct WipingAllocator {
  using value_type = T;
  WipingAllocator() = default;
  template <class U>
  explicit(false) WipingAllocator(const WipingAllocator<U>&) {}
  [[nodiscard]] T* allocate(std::size_t count) {
    return static_cast<T*>(::operator new(count * sizeof(T)));
  }
  void deallocate(T* memory, std::size_t count) {
    wipe(memory, count * sizeof(T));
    ::operator delete(memory);
  }
  friend bool operator==(const WipingAllocator&, const WipingAllocator&) { return true; }
};

using Body = http::basic_string_body<char, std::char_traits<char>, WipingAllocator<char>>;
using Parser = http::response_parser<Body, WipingAllocator<char>>;

// RFC 9112 §5.2: a recipient that is not a message/http one must refuse or replace folding.
bool is_folded(ByteView header) {
  return header.find("\r\n ") != ByteView::npos || header.find("\r\n\t") != ByteView::npos;
}

// Beast waits for CRLF CRLF: who ends lines otherwise would be waited for until the deadline.
// `from`: where the octets that are new begin. Those behind a header are not looked at.
bool has_bare_lf(ByteView octets, std::size_t from) {
  for (std::size_t at = octets.find('\n', from); at != ByteView::npos;
       at = octets.find('\n', at + 1)) {
    if (at == 0 || octets[at - 1] != '\r') return true;
    if (octets.substr(0, at + 1).ends_with("\r\n\r\n")) return false;
  }
  return false;
}

// "0", CRLF, CRLF. Beast 1.81 ends the process in debug builds when it is given less of a last
// chunk for the second time; at least so much of a body is always missing.
constexpr std::size_t kLastChunkOctets = 5;

}  // namespace

struct ResponseReader::State {
  explicit State(config::Strictness how) : strictness(how) {
    parser.header_limit(static_cast<std::uint32_t>(kAnswerOctets));
    parser.body_limit(kAnswerOctets);
  }

  Reading fail(std::string why) {
    fault = std::move(why);
    return Reading::Malformed;
  }

  // Octets from `before` on are new.
  Reading look(std::size_t before) {
    const Reading reading =
        strictness == config::Strictness::Nginx ? look_as_nginx(before) : look_strictly(before);
    const bool too_long = reading == Reading::NeedMore && seen.room() == 0;
    return too_long ? fail("the answer is longer than 16 KiB") : reading;
  }

  Reading look_as_nginx(std::size_t before) {
    if (seen.view().find('\n', before) == ByteView::npos) return Reading::NeedMore;
    auto header = read_nginx_header(seen.view());
    if (auto* const why = std::get_if<std::string>(&header)) return fail(std::move(*why));
    if (std::holds_alternative<HeaderIncomplete>(header)) return Reading::NeedMore;
    response = std::move(std::get<HttpResponse>(header));
    return Reading::Done;
  }

  Reading look_strictly(std::size_t before) {
    while (!parser.is_done()) {
      const bool in_header = !parser.is_header_done();
      if (!kStart.starts_with(seen.view().substr(0, kStart.size()))) return fail("not HTTP/1");
      if (in_header && has_bare_lf(seen.view(), before)) return fail("a LF without its CR");
      boost::beast::error_code error;
      const ByteView rest = seen.view().substr(parsed);
      if (!in_header && parser.chunked() && rest.size() < kLastChunkOctets) {
        return Reading::NeedMore;
      }
      parsed += parser.put(boost::asio::const_buffer(rest.data(), rest.size()), error);
      if (error == http::error::need_more) return Reading::NeedMore;
      if (error) return fail(error.message());
      if (in_header && parser.is_header_done()) {
        if (is_folded(seen.view().substr(0, parsed))) return fail("a folded header line");
        take_header();
        if (!parser.is_done() && parser.need_eof()) return Reading::Done;
      }
      if (!parser.is_done() && parsed == seen.size()) return Reading::NeedMore;
    }
    const auto& body = parser.get().body();
    response.body = {body.data(), body.size()};
    response.whole = true;
    response.may_be_followed = parser.keep_alive() && parsed == seen.size();
    return Reading::Done;
  }

  // Fields of now: those of a trailer come later and are not looked at.
  void take_header() {
    const auto& fields = parser.get();
    response.status = fields.result_int();
    response.fields.reserve(static_cast<std::size_t>(std::distance(fields.begin(), fields.end())));
    for (const auto& field : fields) {
      const auto name = field.name_string();
      const auto value = field.value();
      response.fields.push_back({{name.data(), name.size()}, {value.data(), value.size()}});
    }
  }

  config::Strictness strictness;
  Buffer seen{kAnswerOctets};
  std::size_t parsed = 0;
  Parser parser;
  HttpResponse response;
  std::string fault;
};

ResponseReader::ResponseReader(config::Strictness strictness)
    : state_(std::make_unique<State>(strictness)) {}
ResponseReader::~ResponseReader() = default;

std::span<char> ResponseReader::room() { return state_->seen.prepare(kReadOctets); }

Reading ResponseReader::took(std::size_t octets) {
  const std::size_t before = state_->seen.size();
  state_->seen.commit(octets);
  return state_->look(before);
}

Reading ResponseReader::ended() { return state_->fail("closed within its answer"); }

bool ResponseReader::begun() const { return !state_->seen.empty(); }
const HttpResponse& ResponseReader::response() const { return state_->response; }
const std::string& ResponseReader::fault() const { return state_->fault; }

}  // namespace postern::auth
