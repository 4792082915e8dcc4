# How a room of the house is built. The layer rule lives here: a room sees the headers of the rooms it links and
# tests/style/layers_test checks every #include against the same list.

add_library(aerostat_options INTERFACE)
target_include_directories(aerostat_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_definitions(aerostat_options INTERFACE AEROSTAT_VERSION="${PROJECT_VERSION}")
# Nobody reads errno after mathematics; without it square roots are one instruction.
target_compile_options(aerostat_options INTERFACE
  -fno-math-errno -Wall -Wextra -Wpedantic -Wshadow -Wconversion $<$<BOOL:${AEROSTAT_WERROR}>:-Werror>)

# aerostat_room(NAME SOURCES … USES rooms… LIBS outside libraries…)
# Makes the static library aerostat_NAME, or an interface library where there are no sources.
function(aerostat_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;USES;LIBS" ${ARGN})
  list(TRANSFORM ROOM_USES PREPEND aerostat_)
  if(ROOM_SOURCES)
    add_library(aerostat_${name} STATIC ${ROOM_SOURCES})
    target_link_libraries(aerostat_${name} PUBLIC aerostat_options ${ROOM_USES} PRIVATE ${ROOM_LIBS})
  else()
    add_library(aerostat_${name} INTERFACE)
    target_link_libraries(aerostat_${name} INTERFACE aerostat_options ${ROOM_USES} ${ROOM_LIBS})
  endif()
endfunction()

# aerostat_test(NAME SOURCES … LIBS …): a GoogleTest program, each of its tests known to ctest.
function(aerostat_test name)
  if(NOT AEROSTAT_TESTS)
    return()
  endif()
  cmake_parse_arguments(TEST "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${TEST_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_link_libraries(${name} PRIVATE aerostat_options ${TEST_LIBS} rapidcheck_lib GTest::gmock GTest::gtest_main)
  # Tests compile a fifth faster so, and spend their time in what they test, which is optimised as a whole.
  target_compile_options(${name} PRIVATE $<$<CONFIG:RelWithDebInfo>:-O1>)
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 120)
endfunction()
