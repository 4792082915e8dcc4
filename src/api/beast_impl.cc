// Boost.Beast's own code, compiled once for the API and the command (BOOST_BEAST_SEPARATE_COMPILATION).
#include <boost/beast/src.hpp>
