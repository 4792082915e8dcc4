// Result<T>: a value, or an Error that says where, why and what to do, in one sentence.
// Expected failures travel as Result; each layer may add one place with in(). No exceptions cross rooms.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace aerostat {

struct Error {
  enum class Kind {
    Invalid,      // the caller's input breaks a rule
    NotFound,     // what was named does not exist
    Denied,       // no permission
    Unavailable,  // it exists and cannot be reached now
    Timeout,      // no answer in time
    Refused,      // understood, and declined for a reason
    Internal,     // a fault of ours or of the system
  };
  Kind kind = Kind::Internal;
  std::string message;
  std::string field = {};  // the value that it is about, by its name in the API, so that a form can mark it

  // The same error, with the place it happened in put in front.
  Error in(const std::string& place) && {
    return {kind, place + ": " + std::move(message), std::move(field)};
  }
  Error about(std::string_view name) && { return {kind, std::move(message), std::string(name)}; }
};

template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(Error error) { return tl::make_unexpected(std::move(error)); }
inline tl::unexpected<Error> fail(Error::Kind kind, std::string message) {
  return tl::make_unexpected(Error{kind, std::move(message)});
}

}  // namespace aerostat
