#include "proxy/net/tls_marks.h"

#include <openssl/ssl.h>

#include <utility>

#include "common/base/check.h"

namespace postern::net {

namespace {

void free_hello(void*, void* mark, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<HelloMark*>(mark);
}

void free_sessions(void*, void* mark, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<std::shared_ptr<void>*>(mark);
}

int new_index(CRYPTO_EX_free* free_mark) {
  const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, free_mark);
  check(index >= 0, "a TLS object has room for our marks");
  return index;
}

struct Indexes {
  int error = new_index(nullptr);
  int hello = new_index(free_hello);
  int sessions = new_index(free_sessions);
};

const Indexes& indexes() {
  static const Indexes all;
  return all;
}

}  // namespace

void mark_error(ssl_st* tls, unsigned long code) {
  // An error code is a number that fits a pointer; nothing is allocated for it.
  SSL_set_ex_data(tls, indexes().error, reinterpret_cast<void*>(code));
}

unsigned long marked_error(const ssl_st* tls) {
  return reinterpret_cast<unsigned long>(SSL_get_ex_data(tls, indexes().error));
}

void mark_hello(ssl_st* tls, std::unique_ptr<HelloMark> mark) {
  delete marked_hello(tls);
  SSL_set_ex_data(tls, indexes().hello, mark.release());
}

HelloMark* marked_hello(const ssl_st* tls) {
  return static_cast<HelloMark*>(SSL_get_ex_data(tls, indexes().hello));
}

void mark_sessions(ssl_st* tls, std::shared_ptr<void> sessions) {
  SSL_set_ex_data(tls, indexes().sessions, new std::shared_ptr<void>(std::move(sessions)));
}

void* marked_sessions(const ssl_st* tls) {
  const auto* const mark =
      static_cast<std::shared_ptr<void>*>(SSL_get_ex_data(tls, indexes().sessions));
  return mark ? mark->get() : nullptr;
}

}  // namespace postern::net
