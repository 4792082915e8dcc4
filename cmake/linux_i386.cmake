# The guest's service for 32-bit Linux, and the workload generator that tests it there: the same files as for 64 bits,
# by the cross compiler of Debian. Where it is missing they are left out. e2e.kernels runs both.
set(AEROSTAT_LINUX_I386_DIR ${CMAKE_BINARY_DIR}/linux-i386)

# aerostat_linux_i386_program(PROGRAM TARGETS …): of the sources of these targets.
function(aerostat_linux_i386_program program)
  cmake_parse_arguments(I386 "" "" "TARGETS" ${ARGN})
  set(sources "")
  foreach(target ${I386_TARGETS})
    get_target_property(names ${target} SOURCES)
    get_target_property(folder ${target} SOURCE_DIR)
    list(TRANSFORM names PREPEND ${folder}/)
    list(APPEND sources ${names})
  endforeach()
  list(TRANSFORM sources REPLACE "^${CMAKE_SOURCE_DIR}/" "")
  # Inode numbers may be large. Times have 32 bits: with _TIME_BITS=64 the ppoll() that glibc 2.36 checks (_FORTIFY_SOURCE)
  # takes a time of 64 bits for one of 32, and never waits. The C library was built for i686.
  aerostat_cross_objects(objects NAME i386 COMPILER ${AEROSTAT_I386_CXX} INTO ${AEROSTAT_LINUX_I386_DIR}/${program}.objects
    SOURCES ${sources}
    FLAGS -O2 -march=i686 -fno-exceptions -fno-rtti -ffunction-sections -fdata-sections -D_FILE_OFFSET_BITS=64
          -fstack-protector-strong -fPIE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
  set(made ${AEROSTAT_LINUX_I386_DIR}/${program})
  add_custom_command(OUTPUT ${made}
    COMMAND ${AEROSTAT_I386_CXX} ${objects} -o ${made} -static-pie -s -Wl,--gc-sections -Wl,-z,relro,-z,now,-z,noexecstack
    DEPENDS ${objects} VERBATIM COMMENT "Linking i386 ${program}")
  string(REPLACE - _ name ${program})
  add_custom_target(${name}_i386 ALL DEPENDS ${made})
endfunction()

find_program(AEROSTAT_I386_CXX i686-linux-gnu-g++)
if(AEROSTAT_I386_CXX)
  aerostat_linux_i386_program(aerostat-guest TARGETS aerostat_agent_common aerostat_agent_linux aerostat_guest_agent)
  aerostat_linux_i386_program(aerostat-workload TARGETS aerostat_workload)
else()
  message(STATUS "The guest's service for 32-bit Linux is left out: there is no i686-linux-gnu-g++")
endif()
