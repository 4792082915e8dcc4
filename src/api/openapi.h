// The API's description as of OpenAPI 3.1: docs/openapi.json, compiled in.
#pragma once

#include <string_view>

namespace aerostat {

std::string_view openapi_text();

}  // namespace aerostat
