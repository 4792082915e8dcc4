#include "api/static_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/text.h"

namespace aerostat {

namespace {

namespace fs = std::filesystem;

// The page has some ten files and 200 KB.
constexpr std::size_t kMostFiles = 200;
constexpr std::uintmax_t kMostBytes = 8u << 20;

// Nothing from elsewhere, in no frame.
constexpr std::string_view kPolicy =
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

struct Type {
  std::string_view ending, type;
};
constexpr std::array kTypes = {Type{".html", "text/html; charset=utf-8"},
                               Type{".js", "text/javascript; charset=utf-8"},
                               Type{".css", "text/css; charset=utf-8"},
                               Type{".svg", "image/svg+xml"},
                               Type{".png", "image/png"},
                               Type{".ico", "image/x-icon"},
                               Type{".woff2", "font/woff2"},
                               Type{".json", "application/json"},
                               Type{".webmanifest", "application/manifest+json"},
                               Type{".txt", "text/plain; charset=utf-8"}};

std::string_view type_of(std::string_view name) {
  for (const Type& type : kTypes) {
    if (name.ends_with(type.ending)) return type.type;
  }
  return {};
}

// FNV-1a: tells a changed file from an old one; nobody gains by making two alike.
std::string tag_of(std::string_view body) {
  std::uint64_t hash = 14695981039346656037u;
  for (const char c : body) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return fmt::format("\"{:016x}\"", hash);
}

// Whether a list like "gzip, br;q=0.5" has the word, and not with q=0.
bool accepts(const Headers& headers, std::string_view word) {
  const auto found = headers.find("Accept-Encoding");
  if (found == headers.end()) return false;
  const std::size_t at = found->second.find(word);
  return at != std::string::npos && found->second.compare(at + word.size(), 4, ";q=0") != 0;
}

tl::unexpected<Error> unusable(const std::string& directory, std::string_view why) {
  return fail(Error::Kind::Unavailable,
              fmt::format("the page's files in {} cannot be used: {}; install them again", directory, why));
}

}  // namespace

Result<StaticFiles> StaticFiles::load(const std::string& directory) {
  StaticFiles out;
  std::map<std::string, std::string, std::less<>> compressed;
  std::error_code error;
  std::uintmax_t total = 0;
  for (fs::recursive_directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (it->is_symlink() || name.starts_with('.')) {
      it.disable_recursion_pending();
      continue;
    }
    if (!it->is_regular_file()) continue;
    std::string path = "/" + fs::relative(it->path(), directory).generic_string();
    const bool packed = path.ends_with(".gz");
    const std::string_view type = type_of(packed ? path.substr(0, path.size() - 3) : path);
    if (type.empty()) continue;
    std::ifstream in(it->path(), std::ios::binary);
    std::string body{std::istreambuf_iterator<char>(in), {}};
    if (!in) return unusable(directory, printable(path) + " cannot be read");
    total += body.size();
    if (total > kMostBytes || out.files_.size() + compressed.size() >= kMostFiles)
      return unusable(directory,
                      fmt::format("they are more than {} files or {} MiB", kMostFiles, kMostBytes >> 20));
    if (packed) {
      compressed[path.substr(0, path.size() - 3)] = std::move(body);
    } else {
      std::string tag = tag_of(body);
      out.files_[std::move(path)] = {type, std::move(tag), std::move(body), {}};
    }
  }
  if (error) return unusable(directory, error.message());
  for (auto& [path, body] : compressed) {
    if (const auto found = out.files_.find(path); found != out.files_.end())
      found->second.compressed = std::move(body);
  }
  const auto index = out.files_.find("/index.html");
  if (index == out.files_.end()) return unusable(directory, "index.html is missing");
  out.files_["/"] = index->second;
  return out;
}

std::optional<ApiAnswer> StaticFiles::find(std::string_view path, const Headers& headers) const {
  const auto found = files_.find(path);
  if (found == files_.end()) return std::nullopt;
  const File& file = found->second;
  ApiAnswer out;
  out.content_type = file.content_type;
  out.headers = {{"ETag", file.tag},
                 {"Cache-Control", "no-cache"},
                 {"Vary", "Accept-Encoding"},
                 {"Content-Security-Policy", std::string(kPolicy)},
                 {"Referrer-Policy", "no-referrer"}};
  const auto known = headers.find("If-None-Match");
  if (known != headers.end() && known->second.find(file.tag) != std::string::npos) {
    out.status = 304;
  } else if (!file.compressed.empty() && accepts(headers, "gzip")) {
    out.headers["Content-Encoding"] = "gzip";
    out.body = file.compressed;
  } else {
    out.body = file.body;
  }
  return out;
}

}  // namespace aerostat
