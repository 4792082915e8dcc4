# Programs for other systems than this machine's. CMake knows one C++ compiler, so each file is a command of its own.

# aerostat_cross_objects(RESULT NAME … COMPILER … INTO folder SOURCES … FLAGS …): RESULT is the list of the objects.
function(aerostat_cross_objects result)
  cmake_parse_arguments(CROSS "" "NAME;COMPILER;INTO" "SOURCES;FLAGS" ${ARGN})
  set(flags -std=c++20 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -DAEROSTAT_VERSION=\"${PROJECT_VERSION}\"
            -I${CMAKE_SOURCE_DIR}/src ${CROSS_FLAGS})
  if(AEROSTAT_WERROR)
    list(APPEND flags -Werror)
  endif()
  file(MAKE_DIRECTORY ${CROSS_INTO})
  set(objects "")
  foreach(source ${CROSS_SOURCES})
    get_filename_component(name ${source} NAME_WE)
    set(object ${CROSS_INTO}/${name}.o)
    add_custom_command(OUTPUT ${object}
      COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} ${CROSS_COMPILER} ${flags} -MD -MF ${object}.d
              -c ${CMAKE_SOURCE_DIR}/${source} -o ${object}
      DEPENDS ${CMAKE_SOURCE_DIR}/${source} DEPFILE ${object}.d VERBATIM COMMENT "Building ${CROSS_NAME} ${source}")
    list(APPEND objects ${object})
  endforeach()
  set(${result} ${objects} PARENT_SCOPE)
endfunction()
