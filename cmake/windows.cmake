# The guest's service for Windows, aerostat-guest.exe for x64 and x86, by the cross compilers of MinGW-w64. Where they
# are missing it is left out. One static program runs on everything from Server 2003 SP2 on: what it imports is checked
# by integration.windows_imports.
set(AEROSTAT_WINDOWS_DIR ${CMAKE_BINARY_DIR}/windows)

set(windows_sources
  src/agent/common/host_message.cc src/agent/common/json_reader.cc src/agent/common/line_writer.cc
  src/agent/common/messages.cc src/agent/common/reporter.cc
  src/agent/windows/agent.cc src/agent/windows/event_journal.cc src/agent/windows/memory_numbers.cc src/agent/windows/no_exceptions.cc
  src/agent/windows/port.cc src/agent/windows/product.cc src/agent/windows/service.cc src/agent/windows/system.cc
  apps/aerostat-guest-windows/main.cc apps/aerostat-guest-windows/options.cc)

# Guards of static variables would bring in threads, and those need Vista.
set(windows_flags
  -Os -fno-exceptions -fno-rtti -fno-threadsafe-statics -ffunction-sections
  -D_WIN32_WINNT=0x0502 -DWINVER=0x0502 -DNOMINMAX -DWIN32_LEAN_AND_MEAN)
# Sections lie in the file as in memory, so that wine maps them instead of reading all of them.
set(windows_link
  -static -s -Wl,--gc-sections -Wl,--file-alignment,4096 -Wl,--dynamicbase,--nxcompat
  -Wl,--major-os-version,5,--minor-os-version,2,--major-subsystem-version,5,--minor-subsystem-version,2)

function(aerostat_windows_program arch triple)
  find_program(AEROSTAT_${arch}_CXX ${triple}-g++-posix)
  find_program(AEROSTAT_${arch}_WINDMC ${triple}-windmc)
  find_program(AEROSTAT_${arch}_WINDRES ${triple}-windres)
  if(NOT AEROSTAT_${arch}_CXX OR NOT AEROSTAT_${arch}_WINDMC OR NOT AEROSTAT_${arch}_WINDRES)
    message(STATUS "The guest's service for Windows ${arch} is left out: there is no ${triple}-g++-posix")
    return()
  endif()
  set(made ${AEROSTAT_WINDOWS_DIR}/${arch})
  aerostat_cross_objects(objects NAME ${arch} COMPILER ${AEROSTAT_${arch}_CXX} INTO ${made}
    SOURCES ${windows_sources} FLAGS ${windows_flags})
  # What the event log shows.
  set(events ${CMAKE_SOURCE_DIR}/src/agent/windows/events.mc)
  add_custom_command(OUTPUT ${made}/events.o
    COMMAND ${AEROSTAT_${arch}_WINDMC} -h ${made} -r ${made} ${events}
    COMMAND ${AEROSTAT_${arch}_WINDRES} -I ${made} -i ${made}/events.rc -o ${made}/events.o
    DEPENDS ${events} VERBATIM COMMENT "Building ${arch} events")
  add_custom_command(OUTPUT ${made}/aerostat-guest.exe
    COMMAND ${AEROSTAT_${arch}_CXX} ${objects} ${made}/events.o -o ${made}/aerostat-guest.exe ${windows_link}
            -ladvapi32
    DEPENDS ${objects} ${made}/events.o VERBATIM COMMENT "Linking ${arch} aerostat-guest.exe")
  add_custom_target(aerostat_guest_windows_${arch} ALL DEPENDS ${made}/aerostat-guest.exe)
endfunction()
aerostat_windows_program(x64 x86_64-w64-mingw32)
aerostat_windows_program(x86 i686-w64-mingw32)
