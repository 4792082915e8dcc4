// Pages: docs/design/results.md, results-traces.md and results-variants.md. The program writes them as a
// whole; nobody edits them by hand.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policies/promises.h"
#include "policies/tables.h"

namespace aerostat::bench {

struct Page {
  std::string file;
  std::string text;
};

// All pages, with a replay of whatever they need beyond `all` and `kept`.
std::vector<Page> pages(const Compared& all, const std::vector<Promise>& kept, const SuiteOptions& options,
                        std::string_view commit);

// `text` as lines of at most 120 columns; lines after the first begin with `hang`. Ends with a newline.
std::string wrapped(std::string_view text, std::string_view hang = "");

}  // namespace aerostat::bench
