// Files that the daemon keeps for itself. Whoever may write to their directory must not be able to lead it
// elsewhere, to hang it or to fill its memory: a link is not followed, a pipe not waited for, and what
// belongs to another user is not believed. A file is replaced as a whole, so that a crash leaves the old or
// the new.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace aerostat {

// Kind NotFound: there is none. Invalid: a link, no regular file, or more than `most` bytes. Denied: no
// permission, or it belongs neither to root nor to the daemon's own user.
Result<std::string> read_own_file(const std::string& path, std::size_t most);

struct FileFault {
  std::string path;  // that could not be written
  int code;          // errno
};
enum class Durable { No, Yes };  // Yes: it is on the disk when this returns

// Whatever was there by the name, or by the name with ".new" behind it, is replaced.
std::optional<FileFault> replace_own_file(const std::string& path, std::string_view text, mode_t mode,
                                          Durable durable);

}  // namespace aerostat
