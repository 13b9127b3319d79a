// SPDX-License-Identifier: Apache-2.0
// A static program at a fixed address hands the unwinder all its frames when it starts (crtbeginT.o), and the first exception
// sorts them: a millisecond for each command that fails. Without that the unwinder finds them by the table that the linker has
// sorted already (.eh_frame_hdr), as in every other program. Linked with --wrap for both.
extern "C" {

void __wrap___register_frame_info(const void* begin, void* object);  // NOLINT: the linker's name
void* __wrap___deregister_frame_info(const void* begin);             // NOLINT

void __wrap___register_frame_info(const void*, void*) {}

void* __wrap___deregister_frame_info(const void*) {
  return nullptr;
}
}
