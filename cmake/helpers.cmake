# SPDX-License-Identifier: Apache-2.0
# berth_library(NAME [LINKS ...]) makes a static library of the .cpp files of the current folder (not of
# folders below it). Files are globbed: a new file needs no edit here, and floors are checked by a test.
function(berth_library name)
  cmake_parse_arguments(arg "" "" "LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(NOT sources)
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${arg_LINKS})
    return()
  endif()
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/lib)
  target_link_libraries(${name} PUBLIC ${arg_LINKS})
  berth_precompile(${name})
endfunction()

# One precompiled header for all: what costs most.
function(berth_precompile name)
  if(BERTH_NO_PCH)
    return()
  endif()
  if(name STREQUAL "berth-base")
    target_precompile_headers(${name} PRIVATE
      <nlohmann/json.hpp> <fmt/format.h> <string> <vector> <map> <optional> <functional>)
  else()
    target_precompile_headers(${name} REUSE_FROM berth-base)
  endif()
endfunction()

# berth_embed(TARGET NAME FILE [NAME FILE ...]) makes files of the current folder constants of the program: what links to
# TARGET includes "FOLDER/FILE.hpp", which has FOLDER::NAME. Arrays of char: they need neither constructor nor relocation.
function(berth_embed target)
  get_filename_component(folder ${CMAKE_CURRENT_SOURCE_DIR} NAME)
  set(include ${CMAKE_CURRENT_BINARY_DIR}/include)
  set(script ${PROJECT_SOURCE_DIR}/cmake/embed.cmake)
  set(headers)
  while(ARGN)
    list(POP_FRONT ARGN name file)
    set(input ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    set(header ${include}/${folder}/${file}.hpp)
    add_custom_command(OUTPUT ${header} DEPENDS ${input} ${script}
      COMMAND ${CMAKE_COMMAND} -D INPUT=${input} -D OUTPUT=${header} -D NAMESPACE=${folder} -D NAME=${name} -P ${script}
      COMMENT "Embedding ${folder}/${file}" VERBATIM)
    list(APPEND headers ${header})
  endwhile()
  add_library(${target} INTERFACE ${headers})
  target_include_directories(${target} INTERFACE ${include})
endfunction()
