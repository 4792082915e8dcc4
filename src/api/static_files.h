// StaticFiles: the files of the page, read once when the daemon starts. A request is looked up among them and
// never on disk. Bounded; links and hidden files are left out. An answer may be kept by the browser and asked
// for again by its tag; the page may load nothing from elsewhere.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "api/routes.h"
#include "base/result.h"

namespace aerostat {

class StaticFiles {
 public:
  // `index.html` is needed; it is the page "/". A file NAME.gz is the compressed form of NAME.
  static Result<StaticFiles> load(const std::string& directory);

  // Nothing: there is no such file.
  std::optional<ApiAnswer> find(std::string_view path, const Headers& headers) const;

 private:
  struct File {
    std::string_view content_type;
    std::string tag;
    std::string body;
    std::string compressed;  // empty: there is none
  };
  std::map<std::string, File, std::less<>> files_;
};

}  // namespace aerostat
