#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Small images for the tests, made on the spot out of Debian's busybox, and a way to push them.

    images.py layout DIR             writes an OCI image layout with all of them, one tag each, always the same bytes
    images.py push DIR HOST:PORT [TAG...]
                                     pushes it to a registry: TAG "app-1" becomes HOST:PORT/app:1; without TAG all but deep-1
    images.py rootfs FILE            the root file system of busybox:1 as a tar

    busybox:1   one layer; Cmd sh
    docker:1    the same with Docker's media types
    app:1       user app with groups, env, entrypoint, volume with files, working directory that is missing, labels ...
    layers:1    five layers (gzip, zstd, plain) with whiteouts, an opaque directory, hard links across entries,
                a directory that becomes a file and a file that becomes a directory, setuid, odd names
    multi:1     an index: amd64, arm64 and the attestation entries that build tools add
    empty:1     a layer without files
    deep:1      127 layers, as many as a builder makes at most; every third takes away what the one before it brought
"""
import gzip
import hashlib
import http.client
import io
import json
import pathlib
import subprocess
import sys
import tarfile

OCI = "application/vnd.oci.image."
DOCKER = "application/vnd.docker."
CREATED = "2026-01-02T03:04:05Z"
MTIME = 1767323045
BUSYBOX = "/bin/busybox"
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Tar:
    """A layer's tar, entry by entry."""

    def __init__(self):
        self.buffer = io.BytesIO()
        self.tar = tarfile.open(fileobj=self.buffer, mode="w", format=tarfile.PAX_FORMAT)

    def add(self, name, kind=tarfile.REGTYPE, data=b"", mode=0o644, uid=0, gid=0, link=""):
        info = tarfile.TarInfo(name)
        info.type, info.mode, info.uid, info.gid, info.mtime, info.linkname = kind, mode, uid, gid, MTIME, link
        info.size = len(data)
        self.tar.addfile(info, io.BytesIO(data))
        return self

    def directory(self, name, mode=0o755, uid=0, gid=0):
        return self.add(name, tarfile.DIRTYPE, mode=mode, uid=uid, gid=gid)

    def file(self, name, text="", **rest):
        return self.add(name, data=text.encode(), **rest)

    def symlink(self, name, target):
        return self.add(name, tarfile.SYMTYPE, mode=0o777, link=target)

    def hardlink(self, name, target):
        return self.add(name, tarfile.LNKTYPE, link=target)

    def bytes(self):
        self.tar.close()
        return self.buffer.getvalue()


def compressed(data, how):
    if how == "gzip":
        return gzip.compress(data, 6, mtime=0)
    if how == "zstd":
        return subprocess.run(["zstd", "-q", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout
    return data


class Layout:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        (self.root / "blobs/sha256").mkdir(parents=True, exist_ok=True)
        (self.root / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
        self.manifests = []

    def blob(self, media, data):
        digest = hashlib.sha256(data).hexdigest()
        (self.root / "blobs/sha256" / digest).write_bytes(data)
        return {"mediaType": media, "digest": "sha256:" + digest, "size": len(data)}

    def json(self, media, value):
        return self.blob(media, json.dumps(value, separators=(",", ":")).encode())

    def image(self, layers, config, arch="amd64", docker=False, hows=None):
        """Writes an image of these tars; returns its manifest's descriptor."""
        hows = hows or ["gzip"] * len(layers)
        base = DOCKER if docker else OCI
        media = {"gzip": "image.rootfs.diff.tar.gzip"} if docker else {
            "gzip": "layer.v1.tar+gzip", "zstd": "layer.v1.tar+zstd", "plain": "layer.v1.tar"}
        descriptors = [self.blob(base + media[how], compressed(tar, how)) for tar, how in zip(layers, hows)]
        config = {
            "created": CREATED, "architecture": arch, "os": "linux", "config": {"Env": [PATH], **config},
            "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(t).hexdigest() for t in layers]},
            "history": [{"created": CREATED, "created_by": f"layer {i}"} for i in range(len(layers))],
        }
        if arch == "arm64":
            config["variant"] = "v8"
        kind = "container.image.v1+json" if docker else "config.v1+json"
        manifest_media = DOCKER + "distribution.manifest.v2+json" if docker else OCI + "manifest.v1+json"
        return self.json(manifest_media, {
            "schemaVersion": 2, "mediaType": manifest_media,
            "config": self.json(base + kind, config), "layers": descriptors})

    def tag(self, name, descriptor):
        self.manifests.append({**descriptor, "annotations": {"org.opencontainers.image.ref.name": name}})
        (self.root / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": self.manifests}, indent=1))


def busybox_tar():
    tar = Tar()
    for name in ("bin", "dev", "etc", "home", "lib", "proc", "root", "sys", "usr", "usr/bin", "var", "var/lib"):
        tar.directory(name, 0o700 if name == "root" else 0o755)
    tar.directory("tmp", 0o1777)
    tar.add("bin/busybox", data=pathlib.Path(BUSYBOX).read_bytes(), mode=0o755)
    applets = subprocess.run([BUSYBOX, "--list"], stdout=subprocess.PIPE, check=True).stdout.decode().split()
    for applet in sorted(set(applets) - {"busybox"}):
        tar.hardlink("bin/" + applet, "bin/busybox")
    tar.file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n")
    tar.file("etc/group", "root:x:0:\nnobody:x:65534:\n")
    return tar.bytes()


def app_tar():
    tar = Tar()
    tar.file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\napp:x:1234:1235:App:/home/app:/bin/sh\n")
    tar.file("etc/group", "root:x:0:\napp:x:1235:\nextra:x:1236:app,other\nmore:x:1237:app\n")
    tar.directory("home/app", uid=1234, gid=1235)
    tar.directory("data", 0o750, 1234, 1235).file("data/seed", "from the image\n", uid=1234, gid=1235, mode=0o640)
    tar.symlink("data/link", "seed")
    tar.file("entry.sh", '#!/bin/sh\necho "entry: $*"\nexec "$@"\n', mode=0o755)
    tar.file("not-executable", "#!/bin/sh\n", mode=0o644)
    return tar.bytes()


def app_config():
    return {
        "User": "app", "WorkingDir": "/work/deep", "Entrypoint": ["/entry.sh"], "Cmd": ["id", "-un"],
        "Env": [PATH, "GREETING=hello world", "EMPTY=", "EQUALS=a=b"], "Volumes": {"/data": {}},
        "ExposedPorts": {"8080/tcp": {}, "9090/udp": {}}, "StopSignal": "SIGUSR1",
        "Labels": {"org.example.purpose": "test", "with space": "a b"}}


def layer_tars():
    first = Tar()
    for name in ("gone", "kept", "changed", "becomes-directory"):
        first.file(name, "first\n")
    first.directory("opaque").file("opaque/old", "old\n").directory("opaque/sub").file("opaque/sub/old", "old\n")
    first.directory("becomes-file").file("becomes-file/inside", "x\n")
    first.directory("partly").file("partly/gone", "x\n").file("partly/kept", "kept\n")
    first.file("setuid", "x\n", mode=0o4755).file("with\nnewline", "odd\n").file("ü-umlaut", "odd\n")
    first.file("n" * 180 + "/" + "m" * 90, "long\n")
    second = Tar()
    second.file(".wh.gone").file("changed", "second\n").directory("opaque").file("opaque/.wh..wh..opq")
    second.file("opaque/new", "new\n").file("partly/.wh.gone")
    third = Tar()
    third.file("linked", "linked\n").hardlink("linked-too", "linked")
    third.file("becomes-file", "a file now\n")
    third.directory("becomes-directory").file("becomes-directory/inside", "x\n")
    # No entry for the directories above: mode and owner come from the layer below or are the default.
    fourth = Tar().file("implicit/deep/file", "implicit\n").file("partly/added", "added\n")
    return [busybox_tar(), first.bytes(), second.bytes(), third.bytes(), fourth.bytes()]


def deep_tars():
    """Leaves /n with 84 of 126 files, and /top as the last of 127 layers has it."""
    tars = [busybox_tar()]
    for i in range(1, 127):
        tar = Tar().directory("n").file(f"n/{i}", f"{i}\n").file("top", f"{i}\n")
        if i % 3 == 0:
            tar.file(f"n/.wh.{i - 1}")
        tars.append(tar.bytes())
    return tars


def make_multi(layout):
    """amd64 runs; arm64 differs in a file; each has an attestation beside it, as BuildKit writes them."""
    entries, attestations = [], []
    for arch in ("amd64", "arm64"):
        extra = Tar().file("arch", arch + "\n").bytes()
        image = layout.image([busybox_tar(), extra], {"Cmd": ["cat", "/arch"]}, arch)
        platform = {"architecture": arch, "os": "linux", **({"variant": "v8"} if arch == "arm64" else {})}
        entries.append({**image, "platform": platform})
        statement = layout.json("application/vnd.in-toto+json", {"_type": "https://in-toto.io/Statement/v0.1"})
        config = layout.json(OCI + "config.v1+json", {"architecture": "unknown", "os": "unknown",
                                                      "rootfs": {"type": "layers", "diff_ids": [statement["digest"]]}})
        manifest = layout.json(OCI + "manifest.v1+json", {
            "schemaVersion": 2, "mediaType": OCI + "manifest.v1+json", "config": config, "layers": [statement]})
        attestations.append({**manifest, "platform": {"architecture": "unknown", "os": "unknown"}, "annotations": {
            "vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": image["digest"]}})
    # Attestations first: whoever takes the first entry, or the first that is readable, is found out.
    return layout.json(OCI + "index.v1+json", {
        "schemaVersion": 2, "mediaType": OCI + "index.v1+json", "manifests": attestations + entries})


def make_layout(root):
    layout = Layout(root)
    base = busybox_tar()
    layout.tag("busybox-1", layout.image([base], {"Cmd": ["sh"]}))
    layout.tag("docker-1", layout.image([base], {"Cmd": ["sh"], "Labels": {"media": "docker"}}, docker=True))
    layout.tag("app-1", layout.image([base, app_tar()], app_config()))
    layout.tag("layers-1", layout.image(layer_tars(), {"Cmd": ["sh"]}, hows=["gzip", "zstd", "plain", "gzip", "zstd"]))
    layout.tag("multi-1", make_multi(layout))
    layout.tag("empty-1", layout.image([base, Tar().bytes()], {"Cmd": ["sh"]}))
    layout.tag("deep-1", layout.image(deep_tars(), {"Cmd": ["sh", "-c", "ls /n | wc -l; cat /top"]}))


class Registry:
    def __init__(self, root, host):
        self.blobs = pathlib.Path(root) / "blobs/sha256"
        self.connection = http.client.HTTPConnection(host, timeout=60)

    def request(self, method, url, body=None, headers=None, expected=(201,)):
        self.connection.request(method, url, body, headers or {})
        response = self.connection.getresponse()
        text = response.read()
        if response.status not in expected:
            sys.exit(f"images.py: {method} {url}: {response.status} {text[:300]}")
        return response

    def data(self, descriptor):
        return (self.blobs / descriptor["digest"].split(":")[1]).read_bytes()

    def push_blob(self, name, descriptor):
        if self.request("HEAD", f"/v2/{name}/blobs/{descriptor['digest']}", expected=(200, 404)).status == 200:
            return
        place = self.request("POST", f"/v2/{name}/blobs/uploads/", expected=(202,)).getheader("Location")
        place += ("&" if "?" in place else "?") + "digest=" + descriptor["digest"]
        self.request("PUT", place, self.data(descriptor), {"Content-Type": "application/octet-stream"})

    def push(self, name, descriptor, tag=None):
        manifest = json.loads(self.data(descriptor))
        for entry in manifest.get("manifests", []):
            self.push(name, entry)
        for blob in [manifest["config"], *manifest["layers"]] if "config" in manifest else []:
            self.push_blob(name, blob)
        self.request("PUT", f"/v2/{name}/manifests/{tag or descriptor['digest']}", self.data(descriptor),
                     {"Content-Type": descriptor["mediaType"]})


def push_layout(root, host, wanted):
    registry = Registry(root, host)
    for entry in json.loads((pathlib.Path(root) / "index.json").read_text())["manifests"]:
        image = entry["annotations"]["org.opencontainers.image.ref.name"]
        if image in wanted if wanted else image != "deep-1":
            name, tag = image.rsplit("-", 1)
            registry.push(name, entry, tag)


def main():
    match sys.argv[1:]:
        case ["layout", root]:
            make_layout(root)
        case ["push", root, host, *tags]:
            push_layout(root, host, tags)
        case ["rootfs", path]:
            pathlib.Path(path).write_bytes(busybox_tar())
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
