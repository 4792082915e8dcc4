// Routes of tokens, and of logging in with one.
#pragma once

#include "api/route.h"

namespace aerostat {

ApiAnswer get_tokens(const Call& call);
ApiAnswer post_token(const Call& call);
ApiAnswer delete_token(const Call& call);
ApiAnswer post_login(const Call& call);
ApiAnswer post_logout(const Call& call);
ApiAnswer get_me(const Call& call);

}  // namespace aerostat
