// The whole screen for what is known and what somebody looks at. Pure: the same in, the same out, so that
// tests compare whole screens. Exactly `size.rows` lines, none wider than `size.columns`.
#pragma once

#include "top/keys.h"
#include "top/live.h"
#include "top/picture.h"

namespace aerostat::top {

// Sets view.page to the rows of the table.
Picture render(const Live& live, View& view, Size size);

}  // namespace aerostat::top
