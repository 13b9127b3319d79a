// SPDX-License-Identifier: Apache-2.0
// load, save and import, with real layers, real archives, and the tar and compression programs of the machine.
#include <fcntl.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/process.hpp"
#include "base/sha256.hpp"
#include "base/sys.hpp"
#include "image/image_store.hpp"
#include "image/remove.hpp"
#include "image/transfer/archive_import.hpp"
#include "image/transfer/archive_index.hpp"
#include "image/transfer/archive_load.hpp"
#include "image/transfer/archive_save.hpp"
#include "storage/layer/deflate.hpp"
#include "storage/layer/layer_writer.hpp"
#include "storage/layer/tar_writer.hpp"

namespace image {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Files = std::vector<std::pair<std::string, std::string>>;

std::string make_tar(const Files& files) {
  std::string tar;
  storage::TarWriter writer([&](const void* data, std::size_t size) {
    tar.append(static_cast<const char*>(data), size);
  });
  for (const auto& [name, content] : files) {
    if (content.starts_with("-> "))
      writer.add_symlink(name, content.substr(3));
    else
      writer.add_file(name, content);
  }
  writer.finish();
  return tar;
}

std::string gzip(const std::string& bytes, int level = 6) {
  std::string packed;
  storage::GzipWriter writer(
      [&](const void* data, std::size_t size) {
        packed.append(static_cast<const char*>(data), size);
      },
      level);
  writer.write(bytes.data(), bytes.size());
  writer.finish();
  return packed;
}

std::string hex_of(const std::string& bytes) {
  return base::sha256_hex(bytes);
}

std::string config_for(const std::vector<std::string>& tars,
                       const std::string& architecture = "amd64") {
  Config config;
  config.created = "2026-01-02T03:04:05Z";
  config.os = "linux";
  config.architecture = architecture;
  config.config.cmd = {"sh"};
  config.rootfs.type = "layers";
  for (const auto& tar : tars) config.rootfs.diff_ids.push_back(base::sha256_digest(tar));
  return base::to_json(config).dump();
}

/// The sentence of the Error that `act` throws.
template <typename Act>
std::string error_of(Act act) {
  try {
    act();
  } catch (const base::Error& e) {
    return e.message();
  }
  return "no error";
}

class ArchiveTest : public testing::Test {
 protected:
  ArchiveTest()
      : tar_(make_tar({{"etc/motd", "hello"}, {"bin/sh", "#!"}})),
        upper_(make_tar({{"etc/issue", "berth"}})) {}

  std::string path(const std::string& name) const { return directory_.path() + "/" + name; }

  LoadResult load_bytes(const std::string& bytes, const std::string& platform = "") {
    const auto in = base::make_memory_file("archive", bytes);
    LoadRequest request;
    request.platform = platform;
    return load_archive(store_, request, in.get());
  }

  LoadResult load_path(const std::string& name) {
    LoadRequest request;
    request.path = path(name);
    return load_archive(store_, request, -1);
  }

  void save(const std::vector<std::string>& names,
            const std::string& file,
            const std::string& format = "docker-archive") {
    SaveRequest request;
    request.images = names;
    request.format = format;
    request.path = path(file);
    save_archive(store_, request, -1);
  }

  /// `docker save` before 25: a directory per layer, the config beside, manifest.json last.
  Files docker_archive(const std::vector<std::string>& tars,
                       const std::string& names = R"(["app:1"])") {
    const std::string config = config_for(tars);
    Files files;
    base::Json layers = base::Json::array();
    for (const auto& tar : tars) {
      files.emplace_back(hex_of(tar + "v1") + "/VERSION", "1.0");
      files.emplace_back(hex_of(tar + "v1") + "/json", "{}");
      files.emplace_back(hex_of(tar + "v1") + "/layer.tar", tar);
      layers.push_back(hex_of(tar + "v1") + "/layer.tar");
    }
    files.emplace_back(hex_of(config) + ".json", config);
    files.emplace_back("manifest.json",
                       base::Json::array({{{"Config", hex_of(config) + ".json"},
                                           {"RepoTags", base::Json::parse(names)},
                                           {"Layers", layers}}})
                           .dump());
    return files;
  }

  /// An OCI layout of one image with layers of gzip, as a pull would have it.
  Files oci_layout(const std::vector<std::string>& tars,
                   const std::map<std::string, std::string>& annotations,
                   int level = 6) {
    const std::string config = config_for(tars);
    Files files = {{"oci-layout", R"({"imageLayoutVersion":"1.0.0"})"}};
    Manifest manifest;
    manifest.media_type = kOciManifest;
    manifest.config = {kOciConfig,
                       base::sha256_digest(config),
                       static_cast<std::int64_t>(config.size()),
                       {},
                       {},
                       {}};
    for (const auto& tar : tars) {
      const std::string packed = gzip(tar, level);
      files.emplace_back("blobs/sha256/" + hex_of(packed), packed);
      manifest.layers.push_back({std::string(kOciLayer) + "+gzip",
                                 base::sha256_digest(packed),
                                 static_cast<std::int64_t>(packed.size()),
                                 {},
                                 {},
                                 {}});
    }
    manifest_ = base::to_json(manifest).dump();
    files.emplace_back("blobs/sha256/" + hex_of(config), config);
    files.emplace_back("blobs/sha256/" + hex_of(manifest_), manifest_);
    base::Json entry = {{"mediaType", kOciManifest},
                        {"digest", base::sha256_digest(manifest_)},
                        {"size", manifest_.size()},
                        {"annotations", annotations}};
    files.emplace_back("index.json", base::Json{{"manifests", {entry}}}.dump());
    return files;
  }

  std::string read_in_image(const std::string& name, const std::string& file) {
    const auto layers = storage::LayerStore(store_).of_image(images_.get(name).id);
    for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
      if (const auto text = base::find_file_text(layer->diff() + "/" + file)) return *text;
    }
    return "";
  }

  void expect_nothing_left() {
    EXPECT_TRUE(images_.list().empty());
    EXPECT_TRUE(base::list_directory(store_.paths().staging()).empty());
    EXPECT_TRUE(base::list_directory(store_.paths().blobs()).empty());
  }

  base::TempDir directory_{"/tmp", "berth-archive"};
  storage::Store store_{directory_.path() + "/graph", directory_.path() + "/run"};
  ImageStore images_{store_};
  std::string tar_, upper_, manifest_;
};

TEST_F(ArchiveTest, RefusesWhatIsNoImageArchive) {
  EXPECT_EQ(error_of([&] { load_bytes(""); }), "unrecognized image format");
  EXPECT_EQ(error_of([&] { load_bytes(make_tar({})); }), "unrecognized image format");
  EXPECT_EQ(error_of([&] {
              load_bytes(make_tar({{"s.tar.gz", gzip(tar_)}}));
            }),
            "unrecognized image format");
  EXPECT_NE(error_of([&] { load_bytes("junk\n"); }), "no error");
  EXPECT_THAT(error_of([&] { load_path("nosuch.tar"); }), HasSubstr("No such file or directory"));
  expect_nothing_left();
}

TEST_F(ArchiveTest, RefusesALayerThatTheConfigDoesNotName) {
  auto files = docker_archive({tar_});
  for (auto& [name, content] : files) {
    if (name.ends_with("layer.tar")) content = upper_;
  }
  EXPECT_THAT(error_of([&] { load_bytes(make_tar(files)); }),
              HasSubstr("has another digest than its image says"));
  expect_nothing_left();
  EXPECT_TRUE(base::list_directory(store_.paths().layers()).empty());
}

TEST_F(ArchiveTest, RefusesABlobWhoseContentIsNotItsName) {
  auto files = oci_layout({tar_}, {});
  for (auto& [name, content] : files) {
    if (content == config_for({tar_})) content += " ";
  }
  EXPECT_THAT(error_of([&] { load_bytes(make_tar(files)); }), HasSubstr("has another digest"));
  expect_nothing_left();
}

TEST_F(ArchiveTest, RefusesALayerBlobWhoseContentIsNotItsName) {
  auto files = oci_layout({tar_}, {});
  for (auto& [name, content] : files) {
    if (content == gzip(tar_)) content = gzip(tar_, 1);
  }
  EXPECT_THAT(error_of([&] { load_bytes(make_tar(files)); }), HasSubstr("has another digest"));
  expect_nothing_left();
}

TEST_F(ArchiveTest, RefusesATruncatedArchive) {
  const std::string whole = make_tar(docker_archive({tar_, upper_}));
  for (const std::size_t size : {whole.size() / 4, whole.size() / 2, whole.size() - 3000}) {
    EXPECT_NE(error_of([&] { load_bytes(whole.substr(0, size)); }), "no error") << size;
    const std::string packed = gzip(whole);
    EXPECT_NE(error_of([&] { load_bytes(packed.substr(0, packed.size() * size / whole.size())); }),
              "no error");
  }
  expect_nothing_left();
}

TEST_F(ArchiveTest, StaysInsideWhateverTheNamesSay) {
  auto files = docker_archive({tar_});
  files.insert(files.begin(), {"../../escape.tar", tar_});
  files.insert(files.begin(), {"/etc/escape.tar", tar_});
  files.insert(files.begin(), {"a.tar", "-> b.tar"});
  files.insert(files.begin(), {"b.tar", "-> a.tar"});
  EXPECT_THAT(load_bytes(make_tar(files)).names, ElementsAre("app:1"));
  EXPECT_FALSE(base::exists("/etc/escape.tar"));
  EXPECT_FALSE(base::exists(directory_.path() + "/../escape.tar"));
}

TEST_F(ArchiveTest, EndsOnLinksThatLeadInACircle) {
  auto files = docker_archive({tar_});
  for (auto& [name, content] : files) {
    if (name.ends_with("layer.tar")) content = "-> ../" + name;
  }
  EXPECT_THAT(error_of([&] { load_bytes(make_tar(files)); }),
              HasSubstr("the archive has no layer"));
}

TEST_F(ArchiveTest, LoadsWhatOldDockersSaved) {
  EXPECT_THAT(
      load_bytes(make_tar(docker_archive({tar_, upper_}, R"(["app:1","127.0.0.1:5000/x:2"])")))
          .names,
      ElementsAre("app:1", "127.0.0.1:5000/x:2"));
  EXPECT_EQ(images_.get("app:1").id, base::sha256_digest(config_for({tar_, upper_})));
  EXPECT_EQ(read_in_image("app:1", "etc/motd"), "hello");
  EXPECT_EQ(read_in_image("app:1", "etc/issue"), "berth");
}

TEST_F(ArchiveTest, LoadsLayersThatAreLinksToOneBefore) {
  const std::string config = config_for({tar_, upper_});
  const Files files = {
      {hex_of(tar_) + ".tar", tar_},
      {"one/layer.tar", "-> ../" + hex_of(tar_) + ".tar"},
      {"two/layer.tar", upper_},
      {"config.json", config},
      {"manifest.json",
       R"([{"Config":"config.json","RepoTags":null,"Layers":["one/layer.tar","two/layer.tar"]}])"}};
  EXPECT_THAT(load_bytes(make_tar(files)).names, ElementsAre(base::sha256_digest(config)));
}

TEST_F(ArchiveTest, LoadsManifestBeforeLayers) {
  auto files = docker_archive({tar_});
  std::reverse(files.begin(), files.end());
  EXPECT_THAT(load_bytes(make_tar(files)).names, ElementsAre("app:1"));
}

TEST_F(ArchiveTest, LoadsEveryCompression) {
  base::write_file(path("plain.tar"), make_tar(docker_archive({tar_})));
  for (const std::string program : {"gzip", "zstd", "xz", "bzip2"}) {
    if (!base::find_program(program)) GTEST_SKIP() << program << " is missing";
    const auto packed = base::run_captured({.argv = {program, "-c", path("plain.tar")}});
    ASSERT_TRUE(packed.status.ok());
    EXPECT_THAT(load_bytes(packed.out).names, ElementsAre("app:1")) << program;
    images_.remove(images_.get("app:1").id);
  }
}

TEST_F(ArchiveTest, LoadsAnOciLayoutWithDockersAndWithPodmansNames) {
  load_bytes(make_tar(
      oci_layout({tar_}, {{kContainerdName, "docker.io/library/app:1"}, {kRefName, "1"}})));
  load_bytes(make_tar(oci_layout({tar_}, {{kRefName, "localhost/app:2"}})));
  const Image image = images_.get("app:1");
  EXPECT_EQ(images_.get("localhost/app:2").id, image.id);
  EXPECT_EQ(image.manifest, base::sha256_digest(manifest_));
  EXPECT_THAT(load_bytes(make_tar(oci_layout({tar_}, {{kRefName, "3"}}))).names,
              ElementsAre(image.id));
  // What was verified to be this layer compressed is remembered.
  EXPECT_TRUE(storage::LayerStore(store_).find_by_source(base::sha256_digest(gzip(tar_))));
}

TEST_F(ArchiveTest, ChoosesThePlatformOfAnIndex) {
  Files files;
  Index index;
  index.media_type = kOciIndex;
  for (const std::string architecture : {"arm64", "amd64", "s390x"}) {
    const std::string config = config_for({}, architecture);
    Manifest manifest;
    manifest.config = {kOciConfig, base::sha256_digest(config), 0, {}, {}, {}};
    const std::string bytes = base::to_json(manifest).dump();
    files.emplace_back("blobs/sha256/" + hex_of(config), config);
    if (architecture != "s390x") files.emplace_back("blobs/sha256/" + hex_of(bytes), bytes);
    index.manifests.push_back(
        {kOciManifest, base::sha256_digest(bytes), 0, Platform{"linux", architecture, ""}, {}, {}});
  }
  index.manifests.push_back({kOciManifest,
                             "sha256:" + std::string(64, 'e'),
                             0,
                             Platform{"unknown", "unknown", ""},
                             {},
                             {}});
  const std::string bytes = base::to_json(index).dump();
  files.emplace_back("blobs/sha256/" + hex_of(bytes), bytes);
  files.emplace_back(
      "index.json",
      base::Json{{"manifests",
                  {{{"mediaType", kOciIndex},
                    {"digest", base::sha256_digest(bytes)},
                    {"size", 1},
                    {"annotations", {{kContainerdName, "docker.io/library/multi:1"}}}}}}}
          .dump());
  load_bytes(make_tar(files), "linux/arm64");
  EXPECT_EQ(images_.get("multi:1").platform.architecture, "arm64");
  load_bytes(make_tar(files), "linux/amd64");
  EXPECT_EQ(images_.get("multi:1").platform.architecture, "amd64");
  EXPECT_EQ(error_of([&] { load_bytes(make_tar(files), "linux/s390x"); }),
            "the archive has no image for linux/s390x");
}

TEST_F(ArchiveTest, SavesAndLoadsWithTheSameIdsInEveryForm) {
  load_bytes(make_tar(oci_layout({tar_, upper_}, {{kContainerdName, "docker.io/library/app:1"}})));
  const Image image = images_.get("app:1");
  for (const std::string format : {"docker-archive", "oci-archive", "oci-dir", "docker-dir"}) {
    save({"app:1"}, "saved-" + format, format);
    images_.remove(image.id);
    const auto names = load_path("saved-" + format).names;
    EXPECT_THAT(names, ElementsAre(format == "docker-dir" ? image.id : "app:1")) << format;
    EXPECT_EQ(read_in_image(image.id, "etc/issue"), "berth");
    images_.tag(image.id, parse_reference("app:1"));
  }
  EXPECT_TRUE(base::list_directory(store_.paths().staging()).empty());
}

TEST_F(ArchiveTest, GivesAPulledImageItsRepositoryDigestsAgain) {
  // Compressed as nobody does by default, so that the bytes cannot be made again.
  load_bytes(make_tar(oci_layout({tar_}, {{kContainerdName, "docker.io/library/app:1"}}, 1)));
  const Image image = images_.get("app:1");
  const std::string index = base::Json{{"mediaType", kOciIndex},
                                       {"manifests", {{{"digest", image.manifest}, {"size", 1}}}}}
                                .dump();
  NewImage pulled;
  pulled.config_bytes = images_.blob(image.id);
  pulled.manifest_bytes = images_.blob(image.manifest);
  pulled.manifest_media_type = image.media_type;
  pulled.layer_ids = {base::sha256_digest(tar_)};
  pulled.repository_digests = {{"docker.io/library/app", image.manifest},
                               {"docker.io/library/app", base::sha256_digest(index)}};
  pulled.blobs[base::sha256_digest(index)] = index;
  images_.add(pulled);
  const auto digests = images_.repository_digests(image.id);
  for (const std::string format : {"docker-archive", "oci-archive"}) {
    save({"app:1"}, format, format);
    images_.remove(image.id);
    load_path(format);
    EXPECT_EQ(images_.get("app:1").manifest, image.manifest) << format;
    EXPECT_EQ(images_.repository_digests(image.id), digests) << format;
    EXPECT_EQ(images_.blob(base::sha256_digest(index)), index);
  }
}

TEST_F(ArchiveTest, MakesTheSameBlobsAgainWhereGzipDoes) {
  load_bytes(make_tar(oci_layout({tar_, upper_}, {{kContainerdName, "docker.io/library/app:1"}})));
  save({"app:1"}, "layout", "oci-dir");
  const auto index =
      base::from_json_text<Index>(base::read_file(path("layout/index.json")), "index.json");
  ASSERT_EQ(index.manifests.size(), 1U);
  EXPECT_EQ(index.manifests[0].digest, base::sha256_digest(manifest_));
}

TEST_F(ArchiveTest, DropsClaimsThatItsBlobsDoNotBear) {
  const std::string other =
      R"({"config":{"digest":"sha256:)" + std::string(64, '1') + R"(","size":1},"layers":[]})";
  auto files =
      oci_layout({tar_},
                 {{kContainerdName, "docker.io/library/app:1"},
                  {kSourceManifest, base::sha256_digest(other)},
                  {kSourceDigests, "docker.io/library/app@" + base::sha256_digest(other)}});
  files.emplace_back("blobs/sha256/" + hex_of(other), other);
  load_bytes(make_tar(files));
  EXPECT_TRUE(images_.repository_digests(images_.get("app:1").id).empty());
}

TEST_F(ArchiveTest, SavesSeveralImagesWithSharedLayersOnce) {
  load_bytes(make_tar(docker_archive({tar_}, R"(["one:1","one:2"])")));
  load_bytes(make_tar(docker_archive({tar_, upper_}, R"(["two:1"])")));
  save({"one", "two:1"}, "both.tar");
  const auto listed = base::run_captured({.argv = {"tar", "-tf", path("both.tar")}});
  ASSERT_TRUE(listed.status.ok());
  // 2 directories, 2 layers, 2 configs, 2 manifests, 3 files.
  EXPECT_EQ(std::count(listed.out.begin(), listed.out.end(), '\n'), 11);
  for (const auto& image : images_.list()) images_.remove(image.id);
  EXPECT_THAT(load_path("both.tar").names,
              testing::UnorderedElementsAre("one:1", "one:2", "two:1"));
  const struct stat st = *base::find_stat(path("both.tar"));
  EXPECT_EQ(st.st_mode & 0777, 0600U);
}

TEST_F(ArchiveTest, SaveTellsWhatIsWrongAndLeavesNothing) {
  EXPECT_EQ(error_of([&] { save({"nosuch:1"}, "x.tar"); }), "No such image: nosuch:1");
  load_bytes(make_tar(docker_archive({tar_})));
  EXPECT_THAT(error_of([&] { save({"app:1"}, "no/such/x.tar"); }),
              HasSubstr("invalid output path: stat"));
  EXPECT_THAT(error_of([&] { save({"app:1"}, "x.tar", "nosuch"); }), HasSubstr("unknown format"));
  const auto layer = storage::LayerStore(store_).of_image(images_.get("app:1").id).at(0);
  base::write_file(layer.diff() + "/etc/motd", "HELLO");
  EXPECT_NE(error_of([&] { save({"app:1"}, "x.tar"); }), "no error");
  for (const auto& name : base::list_directory(directory_.path()))
    EXPECT_FALSE(name.starts_with("x.tar")) << name;
}

TEST_F(ArchiveTest, ImportsARootFileSystem) {
  base::write_file(path("root.tgz"), gzip(tar_));
  ImportRequest request;
  request.path = path("root.tgz");
  request.reference = "imported";
  request.message = "a message";
  request.platform = "linux/arm64";
  request.changes = {R"(CMD ["cat","/etc/motd"])", "ENV A=b"};
  const auto result = import_archive(store_, request, -1);
  const Image image = images_.get("imported:latest");
  EXPECT_EQ(image.id, result.image);
  EXPECT_EQ(image.platform.text(), "linux/arm64");
  const Config config = images_.config(image);
  EXPECT_THAT(config.config.cmd, ElementsAre("cat", "/etc/motd"));
  EXPECT_THAT(config.rootfs.diff_ids, ElementsAre(base::sha256_digest(tar_)));
  EXPECT_EQ(config.history.at(0).comment, "a message");
  EXPECT_EQ(read_in_image("imported", "etc/motd"), "hello");
}

TEST_F(ArchiveTest, ImportRefusesBeforeItReads) {
  ImportRequest request;
  request.path = path("nosuch.tar");
  request.changes = {"NOSUCH x"};
  EXPECT_EQ(error_of([&] { import_archive(store_, request, -1); }),
            "NOSUCH is not a valid change command");
  request.changes.clear();
  EXPECT_THAT(error_of([&] { import_archive(store_, request, -1); }),
              HasSubstr("No such file or directory"));
  request.path = "http://127.0.0.1:1/x.tar";
  EXPECT_THAT(error_of([&] { import_archive(store_, request, -1); }), HasSubstr("127.0.0.1"));
  request.path = "-";
  const auto junk = base::make_memory_file("junk", "this is no tar");
  EXPECT_NE(error_of([&] { import_archive(store_, request, junk.get()); }), "no error");
  expect_nothing_left();
}

}  // namespace

}  // namespace image
