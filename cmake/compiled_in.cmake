# fmt, spdlog and toml++ have other versions in each distribution, and Debian has no static ones. They are compiled into
# the programs, so that one package runs on all (ADR 0031). spdlog and toml++ are seen by one file each and used as
# headers. fmt is seen by all: its functions are compiled once, by src/base/libfmt.cc. SQLite and pugixml come from
# Debian's archives. OpenSSL does not: every system has it and repairs it, and its interface lasts (libssl3).
# AEROSTAT_COMPILED_IN=OFF links the shared libraries instead. libfmt.cc knows fmt 9.
set(compiled_in OFF)
if(fmt_VERSION VERSION_LESS 10)
  set(compiled_in ON)
endif()
option(AEROSTAT_COMPILED_IN "Compile fmt, spdlog and toml++ into the programs; needs fmt 9" ${compiled_in})

if(AEROSTAT_COMPILED_IN)
  # What fmt::fmt tells the compiler, without the library.
  add_library(aerostat_fmt STATIC ${CMAKE_SOURCE_DIR}/src/base/libfmt.cc)
  target_link_libraries(aerostat_fmt PRIVATE aerostat_hardening)
  foreach(property INTERFACE_COMPILE_DEFINITIONS INTERFACE_INCLUDE_DIRECTORIES)
    get_target_property(value fmt::fmt ${property})
    if(value)
      set_property(TARGET aerostat_fmt PROPERTY ${property} ${value})
    endif()
  endforeach()
  add_library(aerostat_spdlog INTERFACE)
  target_compile_definitions(aerostat_spdlog INTERFACE SPDLOG_FMT_EXTERNAL)
  target_link_libraries(aerostat_spdlog INTERFACE aerostat_fmt Threads::Threads)
  add_library(aerostat_toml INTERFACE)
  # A minimal Debian does not have SQLite.
  find_library(SQLITE_ARCHIVE libsqlite3.a)
  if(SQLITE_ARCHIVE)
    set_target_properties(SQLite::SQLite3 PROPERTIES IMPORTED_LOCATION ${SQLITE_ARCHIVE})
    set_property(TARGET SQLite::SQLite3 APPEND PROPERTY INTERFACE_LINK_LIBRARIES Threads::Threads ${CMAKE_DL_LIBS} m)
  endif()
  # Debian has this one.
  if(TARGET pugixml::static)
    set_property(TARGET pugixml::pugixml PROPERTY INTERFACE_LINK_LIBRARIES pugixml::static)
  endif()
else()
  add_library(aerostat_fmt ALIAS fmt::fmt)
  add_library(aerostat_spdlog ALIAS spdlog::spdlog)
  add_library(aerostat_toml ALIAS PkgConfig::TOMLPLUSPLUS)
endif()
