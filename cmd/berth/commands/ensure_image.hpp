// SPDX-License-Identifier: Apache-2.0
// The image that a container is made of: run, create, container clone.
#pragma once

#include "image/image_store.hpp"
#include "options/create_flags.hpp"
#include "session.hpp"

namespace cli {

/// The image that `o` names, pulled first when the policy asks for it. One in an archive goes by its name there, which `o` gets.
image::Image ensure_image(Session& session, container::CreateOptions& o, const CreateFlags& flags);

}  // namespace cli
