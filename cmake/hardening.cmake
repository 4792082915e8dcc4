# How programs are built that read what hostile guests and monitors send. Builds for people only: sanitizers bring checks
# of their own, and _FORTIFY_SOURCE needs an optimising compiler. tests/style/hardening_test reads the finished programs.
include(CheckCXXSourceCompiles)

set(hardened $<AND:$<NOT:$<BOOL:${AEROSTAT_ASAN}>>,$<NOT:$<BOOL:${AEROSTAT_FUZZ}>>,$<CONFIG:RelWithDebInfo,Release,MinSizeRel>>)

# Level 3 knows more sizes; it needs GCC 12 or Clang 9, and glibc 2.34.
set(CMAKE_REQUIRED_FLAGS -O2)
check_cxx_source_compiles("
  #include <cstdio>
  #include <features.h>
  #if !__GLIBC_PREREQ(2, 34) || (!defined(__clang__) && __GNUC__ < 12)
  #error too old
  #endif
  int main() { return 0; }" AEROSTAT_FORTIFY_3)
unset(CMAKE_REQUIRED_FLAGS)
set(fortify 2)
if(AEROSTAT_FORTIFY_3)
  set(fortify 3)
endif()

add_library(aerostat_hardening INTERFACE)
target_link_libraries(aerostat_options INTERFACE aerostat_hardening)
target_compile_options(aerostat_hardening INTERFACE
  "$<${hardened}:-fstack-protector-strong;-fPIE;-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=${fortify}>")
# A program that is linked with -static says -static-pie instead (aerostat_static).
target_link_options(aerostat_hardening INTERFACE
  "$<${hardened}:LINKER:-z,relro;LINKER:-z,now;LINKER:-z,noexecstack>"
  "$<$<AND:${hardened},$<NOT:$<BOOL:$<TARGET_PROPERTY:AEROSTAT_STATIC>>>>:-pie>")

# One file without libraries, for guests of any distribution. Sanitizers cannot be linked statically.
function(aerostat_static target)
  if(AEROSTAT_ASAN)
    return()
  endif()
  set_target_properties(${target} PROPERTIES AEROSTAT_STATIC ON)
  target_link_options(${target} PRIVATE $<IF:${hardened},-static-pie,-static>)
endfunction()
