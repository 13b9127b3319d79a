// SPDX-License-Identifier: Apache-2.0
// <CLI/CLI.hpp> without the validators that CLI11 (2.3) makes in every file that includes it, used or not: four hundred
// objects, and a third of a millisecond at the start of each command. Here they are null pointers that nobody names.
#pragma once

#include <CLI/Error.hpp>
#include <CLI/StringTools.hpp>
#include <CLI/TypeTools.hpp>

#define ExistingFile *const existing_file_is_not_here = nullptr
#define ExistingDirectory *const existing_directory_is_not_here = nullptr
#define ExistingPath *const existing_path_is_not_here = nullptr
#define NonexistentPath *const nonexistent_path_is_not_here = nullptr
#define ValidIPV4 *const valid_ipv4_is_not_here = nullptr
#define Number(...) *const number_is_not_here = nullptr
#define NonNegativeNumber(...) *const non_negative_number_is_not_here = nullptr
#define PositiveNumber(...) *const positive_number_is_not_here = nullptr
#include <CLI/Validators.hpp>
#undef ExistingFile
#undef ExistingDirectory
#undef ExistingPath
#undef NonexistentPath
#undef ValidIPV4
#undef Number
#undef NonNegativeNumber
#undef PositiveNumber

#include <CLI/CLI.hpp>
