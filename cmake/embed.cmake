# SPDX-License-Identifier: Apache-2.0
# Run by berth_embed() with -P: writes the header OUTPUT, in which the text of INPUT is NAMESPACE::NAME.
cmake_minimum_required(VERSION 3.25)
file(READ "${INPUT}" text)
set(delimiter "embedded")
string(FIND "${text}" ")${delimiter}\"" end)
if(NOT end EQUAL -1)
  message(FATAL_ERROR "${INPUT} contains what ends its own text: )${delimiter}\"")
endif()
get_filename_component(file "${INPUT}" NAME)
file(WRITE "${OUTPUT}" "// Made from ${NAMESPACE}/${file} by cmake/embed.cmake.
#pragma once

namespace ${NAMESPACE} {

inline constexpr char ${NAME}[] = R\"${delimiter}(${text})${delimiter}\";

}  // namespace ${NAMESPACE}
")
