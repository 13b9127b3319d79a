// SPDX-License-Identifier: Apache-2.0
// berth image inspect, and podman's image exists
#include "commands/image_words.hpp"
#include "commands/list.hpp"
#include "image/inspect.hpp"
#include "render/output.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  std::string format, platform;
};

int inspect(Session& session, const Flags& flags, const Words& words) {
  auto& images = session.engine().images;
  const bool is_printed = flags.format.empty() || flags.format == "json";
  const auto empty = is_printed ? image::EmptyFields::left_out : image::EmptyFields::kept;
  std::vector<base::Json> objects;
  std::vector<Told> failures;
  for (const auto& text : words) {
    try {
      const auto image = images.get(text);
      require_platform(image, text, flags.platform);
      objects.push_back(session.is_podman() ? image::inspect_json_podman(images, image, empty)
                                            : image::inspect_json(images, image, empty));
    } catch (const base::Error& e) {
      failures.push_back(session.speech().tell(e));
    }
  }
  // Docker prints what it found before it tells what it did not find.
  const auto style = session.is_podman() ? render::Style::podman : render::Style::docker;
  render::print_inspected(objects, flags.format, style);
  for (const auto& told : failures) print_error(told);
  return failures.empty() ? 0 : failures.back().code;
}

}  // namespace

void register_image_inspect(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"image inspect"},
      .usage = "[OPTIONS] IMAGE [IMAGE...]",
      .summary = "Display detailed information on one or more images",
      .arity = {1, -1},
      .completes = Completes::images,
      .declare =
          [flags](FlagTable& table) {
            table.add_option("-f,--format",
                             flags->format,
                             "Format output using a custom template: 'json' or a Go template");
            table.add_option("--platform", flags->platform, "Inspect the image of this platform");
          },
      .act = [flags](Session& session,
                     const Words& words) { return inspect(session, *flags, words); },
  });
}

}  // namespace cli
