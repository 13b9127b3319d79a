// SPDX-License-Identifier: Apache-2.0
// podman image tree
#include <algorithm>
#include <map>

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "base/text.hpp"
#include "commands/image_words.hpp"
#include "commands/list.hpp"
#include "render/output.hpp"
#include "session.hpp"

namespace cli {

namespace {

using storage::Layer;

/// Layers lowest first: that of an image, or how far a tree has come.
using Stack = std::vector<Layer>;

std::vector<std::string> ids_of(const Stack& stack) {
  std::vector<std::string> ids;
  for (const auto& layer : stack) ids.push_back(layer.id);
  return ids;
}

std::string size_text(std::int64_t size) {
  return base::human_size(static_cast<double>(size), 4);
}

/// All images by their layers, those left out that berth makes for itself.
class Forest {
 public:
  explicit Forest(Session& session) {
    auto& engine = session.engine();
    for (const auto& image : engine.images.list()) {
      const Stack stack = stack_of(engine.layers.of_image(image.id));
      auto& names = names_[ids_of(stack)];
      for (const auto& name : engine.images.names(image.id))
        names.push_back(shown_name(session, name));
      stacks_[ids_of(stack)] = stack;
    }
  }

  static Stack stack_of(Stack layers) {
    std::erase_if(layers, [](const Layer& layer) { return layer.id.starts_with("fixup:"); });
    return layers;
  }

  /// "ID: 0123456789ab Size: 1.234MB Top Layer of: [name]"
  std::string line(const Stack& stack) const {
    const Layer& top = stack.back();
    const auto found = names_.find(ids_of(stack));
    const bool is_named = found != names_.end() && !found->second.empty();
    return fmt::format("ID: {} Size: {:>7}{}",
                       base::short_id(top.id),
                       size_text(top.size),
                       is_named ? " Top Layer of: [" + base::join(found->second, " ") + "]" : "");
  }

  /// The stacks with one layer more, each once.
  std::vector<Stack> children(const Stack& stack) const {
    std::map<std::string, Stack> children;
    for (const auto& [ids, other] : stacks_) {
      if (other.size() <= stack.size()) continue;
      const auto end = ids.begin() + static_cast<std::ptrdiff_t>(stack.size());
      if (!std::equal(ids.begin(), end, ids_of(stack).begin())) continue;
      children.emplace(
          *end,
          Stack(other.begin(), other.begin() + static_cast<std::ptrdiff_t>(stack.size()) + 1));
    }
    std::vector<Stack> list;
    for (auto& [id, child] : children) list.push_back(std::move(child));
    return list;
  }

  /// What stands on a stack, with lines drawn down from above.
  void draw(const Stack& stack, const std::string& margin, bool is_last, std::string& text) const {
    text += margin + (is_last ? "└── " : "├── ") + line(stack) + "\n";
    const auto below = children(stack);
    for (std::size_t i = 0; i < below.size(); ++i)
      draw(below[i], margin + (is_last ? "    " : "│   "), i + 1 == below.size(), text);
  }

 private:
  std::map<std::vector<std::string>, std::vector<std::string>> names_;
  std::map<std::vector<std::string>, Stack> stacks_;
};

int show(Session& session, bool what_requires, const std::string& word) {
  auto& engine = session.engine();
  const auto image = engine.images.get(word);
  std::vector<std::string> names;
  for (const auto& name : engine.images.names(image.id)) names.push_back(shown_name(session, name));
  const Stack stack = Forest::stack_of(engine.layers.of_image(image.id));
  std::string text = fmt::format("Image ID: {}\nTags:     [{}]\nSize:     {}\n{}\n",
                                 base::short_id(image.id),
                                 base::join(names, " "),
                                 size_text(image.size),
                                 stack.empty() ? "No Image Layers" : "Image Layers");
  const Forest forest(session);
  if (what_requires && !stack.empty()) {
    forest.draw(stack, "", /*is_last=*/true, text);
  } else {
    for (std::size_t i = 0; i < stack.size(); ++i) {
      const bool is_last = i + 1 == stack.size();
      const Stack so_far(stack.begin(), stack.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      text += (is_last ? "└── " : "├── ") + forest.line(so_far) + "\n";
    }
  }
  render::print(text);
  return 0;
}

}  // namespace

void register_image_tree(Verbs& verbs) {
  const auto what_requires = std::make_shared<bool>(false);
  verbs.add({
      .names = {"image tree"},
      .usage = "[OPTIONS] IMAGE",
      .summary = "Print layer hierarchy of an image in a tree format",
      .arity = {1, 1},
      .group = verbs.is_podman() ? Group::other : Group::hidden,
      .completes = Completes::images,
      .declare =
          [what_requires](FlagTable& table) {
            table.add_flag("--whatrequires",
                           *what_requires,
                           "Show all child images and layers of the specified image");
          },
      .act = [what_requires](
                 Session& session,
                 const Words& words) { return show(session, *what_requires, words[0]); },
  });
}

}  // namespace cli
