// SPDX-License-Identifier: Apache-2.0
// The grammars of -v, --mount and --tmpfs.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "errors.hpp"
#include "options/volume.hpp"

namespace cli {
namespace {

using container::MountOption;
using testing::ElementsAre;

template <typename Act>
std::string refusal(Act act) {
  try {
    act();
  } catch (const ClientError& error) {
    return "client: " + error.message();
  } catch (const base::Error& error) {
    if (error.kind() == base::Kind::unsupported) return "unsupported: " + error.message();
    EXPECT_EQ(error.kind(), base::Kind::usage);
    return error.message();
  }
  return "no refusal";
}

struct Refusal {
  std::string text, message;
};

TEST(ParseVolume, Refuses) {
  const Refusal cases[] = {
      {"", "client: invalid empty volume spec"},
      {"/a::/b", "client: invalid spec: /a::/b: empty section between colons"},
      {":/m", "client: invalid spec: :/m: empty section between colons"},
      {"/a:/b:", "client: invalid spec: /a:/b:: empty section between colons"},
      {"/a:/b:ro:x", "client: invalid spec: /a:/b:ro:x: too many colons"},
      {"/a:relative",
       "invalid volume specification: '/a:relative': invalid mount config for type \"bind\": "
       "invalid mount path: "
       "'relative' mount path must be absolute"},
      {"relative",
       "invalid volume specification: 'relative': invalid mount config for type \"volume\": "
       "invalid mount path: "
       "'relative' mount path must be absolute"},
      {"/a:/",
       "invalid volume specification: '/a:/': invalid mount config for type \"bind\": invalid "
       "specification: "
       "destination can't be '/'"},
      {"/a:/x/..",
       "invalid volume specification: '/a:/x/..': invalid mount config for type \"bind\": invalid "
       "specification: "
       "destination can't be '/'"},
      {"/a:ro", "invalid volume specification: '/a:ro'"},
      {"/a:/m:nosuchopt", "invalid mode: nosuchopt"},
      {"/a:/m:ro,rw", "invalid mode: ro,rw"},
      {"/a:/m:rshared,private", "invalid mode: rshared,private"},
      {"/a:/m:ro,", "invalid mode: ro,"},
      {"name:/m:rslave",
       "invalid volume specification: 'name:/m:rslave': invalid mount config for type \"volume\": "
       "field BindOptions "
       "must not be specified"},
      {"/a:/m:nocopy",
       "invalid volume specification: '/a:/m:nocopy': invalid mount config for type \"bind\": "
       "field VolumeOptions "
       "must not be specified"},
      {"/a:/m:U,U", "invalid mode: U,U"},
      {"/a:/m:O,upperdir=/u", "invalid mode: O,upperdir=/u: upperdir and workdir go together"},
  };
  for (const auto& c : cases)
    EXPECT_EQ(refusal([&] { parse_volume(c.text); }), c.message) << c.text;
}

TEST(ParseVolume, TakesPodmansModes) {
  const auto mount = parse_volume("/a:/m:U,O,upperdir=/u,workdir=/w,idmap=uids=0-1-2;gids=0-1-2");
  EXPECT_TRUE(mount.chown);
  EXPECT_TRUE(mount.overlay);
  EXPECT_EQ(mount.upper, "/u");
  EXPECT_EQ(mount.work, "/w");
  EXPECT_EQ(mount.idmap, "uids=0-1-2;gids=0-1-2");
  EXPECT_EQ(parse_volume("/a:/m:idmap").idmap, "");
  EXPECT_EQ(parse_volume("/a:/m:ro,z").relabel, "shared");
  EXPECT_EQ(parse_volume("/a:/m:Z").relabel, "private");
  EXPECT_EQ(parse_volume("/a:/m:ro").relabel, "");
  EXPECT_EQ(parse_mount("type=bind,src=/a,dst=/m,z").relabel, "shared");
  EXPECT_EQ(parse_mount("type=bind,src=/a,dst=/m,Z").relabel, "private");
  EXPECT_EQ(parse_mount("type=bind,src=/a,dst=/m,relabel=shared").relabel, "shared");
  EXPECT_EQ(parse_mount("type=bind,src=/a,dst=/m,relabel=private").relabel, "private");
  EXPECT_FALSE(parse_volume("/a:/m").idmap);
}

TEST(ParseMount, TakesImagesAndTerminals) {
  const auto image = parse_mount("type=image,src=i,dst=/m,subpath=etc");
  EXPECT_TRUE(image.read_only);
  EXPECT_EQ(image.subpath, "etc");
  EXPECT_FALSE(parse_mount("type=image,src=i,dst=/m,rw=true").read_only);
  EXPECT_THAT(parse_mount("type=devpts,dst=/d,uid=5").options, testing::ElementsAre("uid=5"));
}

TEST(ParseVolume, TakesHostDirectories) {
  const auto mount = parse_volume("/host//dir/:/m/./x/:ro,rslave,noexec,nosuid");
  EXPECT_EQ(mount.type, "bind");
  EXPECT_EQ(mount.source, "/host/dir");
  EXPECT_EQ(mount.target, "/m/x");
  EXPECT_TRUE(mount.read_only);
  EXPECT_TRUE(mount.create_source);
  EXPECT_FALSE(mount.anonymous);
  EXPECT_EQ(mount.propagation, "rslave");
  EXPECT_EQ(mount.mode_text, "ro,rslave,noexec,nosuid");
  EXPECT_THAT(mount.options, ElementsAre("noexec", "nosuid"));
}

TEST(ParseVolume, TakesPathsFromTheWorkingDirectory) {
  const std::string here = std::filesystem::current_path();
  EXPECT_EQ(parse_volume("./d:/m").source, here + "/d");
  EXPECT_EQ(parse_volume("./d:/m").type, "bind");
  EXPECT_EQ(parse_volume(".:/m").source, here);
  EXPECT_EQ(parse_volume("..:/m").source, std::filesystem::path(here).parent_path());
}

TEST(ParseVolume, TakesVolumes) {
  const auto named = parse_volume("named:/m:ro,nocopy,z");
  EXPECT_EQ(named.type, "volume");
  EXPECT_EQ(named.source, "named");
  EXPECT_TRUE(named.read_only);
  EXPECT_FALSE(named.copy);
  EXPECT_FALSE(named.create_source);
  const auto anonymous = parse_volume("/anon/");
  EXPECT_EQ(anonymous.target, "/anon");
  EXPECT_TRUE(anonymous.anonymous);
  EXPECT_EQ(parse_volume("a/b:/m").source, "a/b") << "the volume store refuses the name";
}

TEST(ParseMount, Refuses) {
  const Refusal cases[] = {
      {"", "value is empty"},
      {"type=bind,nosuch=1", "unknown option 'nosuch' in 'nosuch=1'"},
      {"type", "invalid field 'type' must be a key=value pair"},
      {"type=", "invalid value for 'type': value is empty"},
      {"type=bind, dst=/m", "invalid option 'dst' in ' dst=/m': option should not have whitespace"},
      {"dst= /m", "invalid value for 'dst' in 'dst= /m': value should not have whitespace"},
      {"dst=/m,ro=maybe",
       "invalid value for 'ro': invalid boolean value (\"maybe\"): must be one of \"true\", \"1\", "
       "\"false\", or "
       "\"0\" (default \"true\")"},
      {"type=tmpfs,dst=/t,tmpfs-size=x", "invalid value for tmpfs-size: x"},
      {"type=tmpfs,dst=/t,tmpfs-mode=9", "invalid value for tmpfs-mode: 9"},
      {"type=volume,dst=/m,bind-propagation=rslave",
       "cannot mix 'bind-*' options with mount type 'volume'"},
      {"type=bind,src=/a,dst=/m,volume-nocopy",
       "cannot mix 'volume-*' options with mount type 'bind'"},
      {"dst=/m,tmpfs-size=1m", "cannot mix 'tmpfs-*' options with mount type 'volume'"},
      {"type=bind,src=/a,dst=/m,bind-recursive=x",
       "invalid value for bind-recursive: x (must be \"enabled\", \"disabled\", \"writable\", or "
       "\"readonly\")"},
      {"type=bind,src=/a,dst=/m,bind-recursive=writable",
       "option 'bind-recursive=writable' requires 'readonly' to be specified in conjunction"},
      {"type=cluster,src=x,dst=/m", "unsupported: mount type cluster is not supported yet"},
      {"type=bind,\"src=/a",
       "parse error on line 1, column 18: extraneous or missing \" in quoted-field"},
  };
  for (const auto& c : cases) EXPECT_EQ(refusal([&] { parse_mount(c.text); }), c.message) << c.text;
}

TEST(ParseMount, LeavesToTheEngineWhatItRefuses) {
  const Refusal cases[] = {
      {"type=nosuch,dst=/m", "invalid mount config for type \"nosuch\": mount type unknown"},
      {"type=bind,src=/etc",
       "invalid mount config for type \"bind\": field Target must not be empty"},
      {"type=bind,dst=/m",
       "invalid mount config for type \"bind\": field Source must not be empty"},
      {"type=bind,src=/no/such,dst=/m",
       "invalid mount config for type \"bind\": bind source path does not exist: /no/such"},
      {"type=bind,src=etc,dst=/m",
       "invalid mount config for type \"bind\": invalid mount path: 'etc' mount path must be "
       "absolute"},
      {"type=bind,src=/etc,dst=m",
       "invalid mount config for type \"bind\": invalid mount path: 'm' mount path must be "
       "absolute"},
      {"type=bind,src=/etc,dst=/m,bind-propagation=x",
       "invalid mount config for type \"bind\": invalid propagation mode: x"},
      {"type=tmpfs,src=/x,dst=/m",
       "invalid mount config for type \"tmpfs\": field Source must not be specified"},
      {"type=tmpfs,dst=/",
       "invalid mount config for type \"tmpfs\": invalid specification: destination can't be '/'"},
  };
  for (const auto& c : cases)
    EXPECT_EQ(refusal([&] { container::validate(parse_mount(c.text)); }), c.message);
}

TEST(ParseMount, TakesEveryKind) {
  const auto bind = parse_mount(
      "type=bind,source=/etc/,target=/m//,readonly,bind-propagation=RSLAVE,consistency=cached");
  EXPECT_EQ(bind.source, "/etc");
  EXPECT_EQ(bind.target, "/m");
  EXPECT_TRUE(bind.read_only);
  EXPECT_FALSE(bind.create_source);
  EXPECT_EQ(bind.propagation, "rslave");
  EXPECT_FALSE(parse_mount("type=bind,src=/a,dst=/m,bind-nonrecursive=true").recursive);
  EXPECT_FALSE(parse_mount("type=bind,src=/a,dst=/m,bind-recursive=disabled").recursive);
  EXPECT_FALSE(
      parse_mount("type=bind,src=/a,dst=/m,ro,bind-recursive=writable").read_only_recursive);
  EXPECT_TRUE(parse_mount("type=bind,src=/a,dst=/m,bind-create-src").create_source);
  const auto volume = parse_mount("src=data,dst=/m,volume-nocopy,ro=0");
  EXPECT_EQ(volume.type, "volume");
  EXPECT_FALSE(volume.copy);
  EXPECT_FALSE(volume.read_only);
  const auto tmpfs = parse_mount("type=tmpfs,destination=/t,tmpfs-size=1m,tmpfs-mode=1777");
  EXPECT_EQ(tmpfs.size, 1 << 20);
  EXPECT_EQ(tmpfs.mode, 01777);
  EXPECT_EQ(parse_mount("type=bind,\"src=/with,comma\",dst=/m").source, "/with,comma");
}

TEST(ParseTmpfs, RefusesAndTakes) {
  EXPECT_EQ(refusal([] { parse_tmpfs("/"); }), "invalid specification: destination can't be '/'");
  EXPECT_EQ(refusal([] { parse_tmpfs("t:size=1m"); }),
            "invalid mount path: 't' mount path must be absolute");
  const auto mount = parse_tmpfs("/t/:size=64k,mode=1777");
  EXPECT_EQ(mount.type, "tmpfs");
  EXPECT_EQ(mount.target, "/t");
  EXPECT_EQ(mount.mode_text, "size=64k,mode=1777");
  EXPECT_THAT(mount.options, ElementsAre("size=64k", "mode=1777"));
  EXPECT_THAT(parse_tmpfs("/t").options, testing::IsEmpty());
}

TEST(CleanPath, FollowsGosRules) {
  EXPECT_EQ(container::clean_path("/"), "/");
  EXPECT_EQ(container::clean_path("//a/./b/../c/"), "/a/c");
  EXPECT_EQ(container::clean_path("/../a"), "/a");
  EXPECT_EQ(container::clean_path("a/../.."), "..");
  EXPECT_EQ(container::clean_path(""), ".");
}

}  // namespace
}  // namespace cli
