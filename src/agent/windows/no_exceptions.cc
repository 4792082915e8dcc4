// The program has no exceptions. The standard library's own functions that throw would bring in all of them,
// with threads, and those need Vista. These take their place: what they are called for cannot happen, and
// ends the program.
#include <cstdlib>

namespace std {

// of string_view::substr, beyond the end
[[noreturn]] void __throw_out_of_range_fmt(const char*, ...);
void __throw_out_of_range_fmt(const char*, ...) { std::abort(); }

}  // namespace std

extern "C" [[noreturn]] void __cxa_pure_virtual();
extern "C" void __cxa_pure_virtual() { std::abort(); }
