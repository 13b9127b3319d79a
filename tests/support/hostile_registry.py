#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A registry that lies, stalls and never ends: the repository's name says how, any tag will do.

    hostile_registry.py serve DIR              serves HTTP, and HTTPS with DIR/cert.pem (its key in there), until it is killed;
                                               writes DIR/port, DIR/tls-port and DIR/silent-port, and DIR/requests as they come
    hostile_registry.py mutants HOST COUNT COMMAND...   has COMMAND pull mutant-0 to mutant-COUNT of HOST
"""
import concurrent.futures
import functools
import gzip
import hashlib
import http.server
import json
import os
import pathlib
import select
import socket
import ssl
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from images import OCI, Tar, compressed  # noqa: E402

MANIFEST, INDEX, CONFIG, LAYER = (OCI + kind for kind in (
    "manifest.v1+json", "index.v1+json", "config.v1+json", "layer.v1.tar+gzip"))
ESCAPES = "\x1b[2J\x1b]0;owned\x07\u009b31m\r\nError: fake\n\x7f"
ZEROS = "sha256:" + "0" * 64
AMD64 = {"os": "linux", "architecture": "amd64"}


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def described(data, media, **more):
    return {"mediaType": media, "digest": sha256(data), "size": len(data), **more}


def written(value):
    return value if isinstance(value, bytes) else json.dumps(value).encode()


class Image:
    """What a repository serves: documents and blobs by digest, one of them by any tag."""
    count = 0

    def __init__(self, manifest=None, config=None, layer=None, layer_type=LAYER, **wrong):
        """`manifest` and `config` change the document in place, or give another one (bytes or a value); `wrong` goes into the
        layer's descriptor."""
        self.blobs, self.types = {}, {}
        Image.count += 1  # so that no image brings layers that another one has already brought
        tar = Tar().file("file", f"content {Image.count}\n").bytes()
        self.layer = gzip.compress(tar, mtime=0) if layer is None else layer
        self.config = {"architecture": "amd64", "os": "linux", "config": {"Cmd": ["sh"]},
                       "rootfs": {"type": "layers", "diff_ids": [sha256(tar)]}}
        if config:
            self.config = config(self.config) or self.config
        self.config = written(self.config)
        document = {"schemaVersion": 2, "mediaType": MANIFEST, "config": described(self.config, CONFIG),
                    "layers": [{**described(self.layer, layer_type), **wrong}]}
        if manifest:
            document = manifest(document) or document
        for blob in (self.layer, self.config):
            self.blobs[sha256(blob)] = blob
        self.tagged = self.document(document, MANIFEST)

    def document(self, value, media):
        data = written(value)
        self.blobs[sha256(data)], self.types[sha256(data)] = data, media
        return sha256(data)

    def index(self, entries):
        """The tag stands for an index of these from now on."""
        self.tagged = self.document({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}, INDEX)
        return self

    def entry(self, **more):
        media = self.types[self.tagged]
        return described(self.blobs[self.tagged], media, platform=AMD64, **more)


class Connection(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle(self):
        # Who speaks TLS to the plain port is hung up on; else both sides would wait for a line.
        if isinstance(self.connection, ssl.SSLSocket) or self.connection.recv(1, socket.MSG_PEEK) != b"\x16":
            super().handle()

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", media="application/json", size=None, **headers):
        body = written(body)
        self.send_response(status)
        self.send_header("Content-Type", media)
        if size != "none":
            self.send_header("Content-Length", str(len(body) if size is None else size))
        else:
            self.close_connection = True
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def cut(self, body, size):
        self.answer(200, body, size=size)
        self.close_connection = True

    def redirect(self, location, status=307):
        self.answer(status, Location=location)

    def endless(self, status=200, media=MANIFEST, piece=b"x" * 65536):
        self.answer(status, media=media, size="none")
        while True:
            self.wfile.write(piece)

    def client_left(self, seconds=None):
        return bool(select.select([self.connection], [], [], seconds)[0])

    def stall(self):
        self.client_left()
        self.close_connection = True

    def drip(self, data):
        for byte in data:
            self.wfile.write(bytes([byte]))
            if self.client_left(1):
                return
        self.stall()

    def respond(self):
        with open(self.server.directory + "/requests", "a") as log:
            print(self.server.name, self.command, self.path, self.headers.get("Authorization", "-"), file=log)
        self.url = f"{self.server.name}://{self.headers.get('Host')}"
        parts = self.path.split("?")[0].split("/")
        try:
            if len(parts) == 5 and parts[1] == "v2" and parts[2] in CASES:
                CASES[parts[2]](self, parts[3], parts[4])
            elif parts[1] in HELPERS:
                HELPERS[parts[1]](self, *parts[2:])
            else:
                self.answer(200 if self.path == "/v2/" else 404, {})
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            self.close_connection = True

    do_GET = do_HEAD = do_POST = respond

    def serve(self, image, kind, name):
        if kind == "manifests" and ":" not in name:
            name = image.tagged
        if name not in image.blobs:
            return self.answer(404, {"errors": [{"code": "UNKNOWN", "message": "nothing here"}]})
        media = image.types.get(name) if kind == "manifests" else "application/octet-stream"
        return self.answer(200, image.blobs[name], media or MANIFEST)


CASES, HELPERS = {}, {}
GOOD, ELSEWHERE = Image(), Image()


def serving(name, image):
    CASES[name] = lambda c, kind, ref: c.serve(image, kind, ref)


def manifests(name, act):
    """Only manifests are answered by `act`."""
    CASES[name] = lambda c, kind, ref: act(c) if kind == "manifests" else c.serve(GOOD, kind, ref)


def layers(name, act):
    """`act` gets the layer, too."""
    image = Image()
    CASES[name] = lambda c, kind, ref: act(c, image.layer) if ref == sha256(image.layer) else c.serve(image, kind, ref)


def configs(name, act):
    image = Image()
    CASES[name] = lambda c, kind, ref: act(c, image.config) if ref == sha256(image.config) else c.serve(image, kind, ref)


# --- answers that are none ---------------------------------------------------------------------------------------------------

serving("good", GOOD)
manifests("endless-manifest", lambda c: c.endless())
manifests("endless-unknown", lambda c: c.endless(404, "application/json"))
manifests("endless-denial", lambda c: c.endless(403, "application/json"))
manifests("endless-failure", lambda c: c.endless(400, "application/json"))
manifests("html", lambda c: c.answer(200, b"<html><body>Sign in</body></html>", "text/html; charset=utf-8"))
manifests("html-as-json", lambda c: c.answer(200, b"<html><body>Sign in</body></html>"))
manifests("html-failure", lambda c: c.answer(400, b"<html>\x1b[2J</html>", "text/html"))
manifests("empty", lambda c: c.answer(200, b"", MANIFEST))
manifests("other-digest", lambda c: c.answer(200, GOOD.blobs[GOOD.tagged], MANIFEST, Docker_Content_Digest=ZEROS))
manifests("escapes-failure", lambda c: c.answer(400, {"errors": [{"code": "X" + ESCAPES, "message": ESCAPES * 100}]}))
manifests("escapes-denial", lambda c: c.answer(403, {"errors": [{"code": "DENIED", "message": "no " + ESCAPES}]}))
manifests("escapes-type", lambda c: c.answer(200, b"{}", "text/\x1b[2Jhtml"))
manifests("escapes-digest", lambda c: c.answer(200, GOOD.blobs[GOOD.tagged], MANIFEST, Docker_Content_Digest="sha256:\x1b[2J"))
manifests("many-values", lambda c: c.answer(200, b'{"layers":[],"config":[' + b'{"":0},' * 550000 + b"0]}", MANIFEST))


def endless_head(c):
    c.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        c.wfile.write(b"X-More: " + b"x" * 8000 + b"\r\n")


def endless_line(c):
    c.wfile.write(b"HTTP/1.1 200 OK\r\nX-More: ")
    while True:
        c.wfile.write(b"x" * 65536)


manifests("endless-head", endless_head)
manifests("endless-line", endless_line)

# --- documents that are wrong ------------------------------------------------------------------------------------------------


def replaced(text):
    return lambda document: text


serving("deep", Image(replaced(b'{"layers":' + b"[" * 900 + b"]" * 900 + b"}")))
serving("deep-objects", Image(replaced(b'{"layers":' + b'{"a":' * 900 + b"1" + b"}" * 901)))
serving("deep-config", Image(config=replaced(b'{"config":' + b"[" * 900 + b"]" * 900 + b"}")))
serving("many-layers", Image(lambda m: m.update(layers=[
    {"mediaType": LAYER, "digest": f"sha256:{i:064x}", "size": 1} for i in range(10000)])))
serving("repeated-layers", Image(lambda m: m.update(layers=m["layers"] * 10000)))
serving("repeated-everywhere", Image(lambda m: m.update(layers=m["layers"] * 10000),
                                     lambda c: c["rootfs"].update(diff_ids=c["rootfs"]["diff_ids"] * 10000)))
serving("sha512", Image(digest="sha512:" + "a" * 128))
serving("md5", Image(digest="md5:" + "a" * 32))
serving("path-as-digest", Image(digest="sha256:../../../../etc/passwd"))
serving("escapes-in-digest", Image(digest="sha256:" + ESCAPES))
serving("escapes-in-media", Image(mediaType="a/b" + ESCAPES))
serving("escapes-in-system", Image(config=lambda c: c.update(os=ESCAPES)))
serving("foreign", Image(urls=["http://169.254.169.254/latest/meta-data/"]))
serving("both", Image(lambda m: m.update(manifests=[])))
serving("no-rootfs", Image(config=lambda c: c.pop("rootfs") and None))
serving("last-key-bad", Image(lambda m: written(m)[:-1] + b',"layers":"x"}'))
serving("keys-in-errors", Image(config=lambda c: c["config"].update(Labels={ESCAPES: 1})))
serving("last-key-good", Image(lambda m: b'{"layers":"x",' + written(m)[1:]))
serving("most-values", Image(config=lambda c: c.update(x=[{"": 0}] * 99000)))
serving("long-texts", Image(config=lambda c: c["config"].update(Labels={"a": "x" * (4000 << 10)})))
serving("many-values-config", Image(config=replaced(b'{"x":[' + b'{"":0},' * 550000 + b"0]}")))
serving("many-entries", Image().index([{"mediaType": MANIFEST, "digest": f"sha256:{i:064x}", "size": 1} for i in range(10000)]))
serving("entry-of-other-size", (lambda image: image.index([{**image.entry(), "size": 7}]))(Image()))


def nested_indexes():
    image = Image()
    for _ in range(6):
        image.index([image.entry()])
    return image


serving("nested", nested_indexes())


def circle(c, kind, ref):
    """Whatever is asked for is an index that names another one, and that the first."""
    entry = {"mediaType": INDEX, "digest": sha256(ref.encode()), "size": 1, "platform": AMD64}
    c.answer(200, {"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}, INDEX)


CASES["circle"] = circle

def others(value):
    """What may stand in the place of a value."""
    return [None, 1, "x", [], [None], {}] + ([-1, 1.5, 2 ** 63, 2 ** 64] if isinstance(value, int) else [])


def places(value, path=()):
    """Every place in a document, as the keys that lead there."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield path + (key,)
        yield from places(value[key], path + (key,))


def with_value(document, path, value):
    document = json.loads(json.dumps(document))
    around = document
    for key in path[:-1]:
        around = around[key]
    around[path[-1]] = value
    return document


def make_mutants():
    """mutant-N: a document with something else in one of its places."""
    image = Image(config=lambda c: c.update(
        created="2026-01-02T03:04:05Z", history=[{"created_by": "x", "empty_layer": False}],
        config={"User": "1", "Env": ["A=b"], "Entrypoint": ["x"], "Cmd": ["y"], "Volumes": {"/v": {}}, "WorkingDir": "/",
                "Labels": {"a": "b"}, "StopSignal": "TERM", "ExposedPorts": {"1/tcp": {}},
                "Healthcheck": {"Test": ["NONE"], "Interval": 1}}))
    manifest, config = (json.loads(image.blobs[d]) for d in (image.tagged, sha256(image.config)))
    index = json.loads(image.blobs[image.index([image.entry(annotations={"a": "b"})]).tagged])
    n = 0
    for name, document in (("manifest", manifest), ("config", config), ("index", index)):
        for path in places(document):
            for value in others(functools.reduce(lambda around, key: around[key], path, document)):
                other = with_value(document, path, value)
                mutant = Image(replaced(other if name == "manifest" else None),
                               replaced(other if name == "config" else config), image.layer)
                mutant.blobs = {**image.blobs, **mutant.blobs}
                mutant.types = {**image.types, **mutant.types}
                if name == "index":
                    mutant.tagged = mutant.document(other, INDEX)
                serving(f"mutant-{n}", mutant)
                n += 1
    return n


# --- blobs -------------------------------------------------------------------------------------------------------------------

configs("endless-config", lambda c, config: c.endless(media="application/octet-stream"))
configs("html-config", lambda c, config: c.answer(200, b"<html></html>" + b" " * (len(config) - 13)))
layers("endless-layer", lambda c, layer: c.endless(media="application/octet-stream"))
layers("endless-layer-failure", lambda c, layer: c.endless(400, "application/octet-stream"))
layers("other-layer", lambda c, layer: c.answer(200, bytes(len(layer))))
layers("longer-layer", lambda c, layer: c.answer(200, layer + b"more"))
layers("shorter-layer", lambda c, layer: c.answer(200, layer[:-10]))
layers("cut-layer", lambda c, layer: c.cut(layer[:20], len(layer)))
layers("missing-layer", lambda c, layer: c.answer(404, {}))
layers("html-layer", lambda c, layer: c.answer(200, b"<html></html>"))
serving("layer-said-shorter", Image(size=10))
serving("layer-said-longer", Image(size=2 ** 40))
serving("layer-said-huge", Image(size=2 ** 62))
serving("config-said-huge", Image(lambda m: m["config"].update(size=2 ** 40)))


def bomb(how, media):
    """A layer that is another one's content 128 MiB of zeros long, which no entry of a tar names."""
    data = compressed(bytes(128 << 20), how)
    return Image(layer=data, layer_type=media)


def wide_window(bits=31):
    """A frame that wants so much to look back into: descriptor of the window alone, then a run of one byte."""
    block = (((128 << 10) << 3) | (1 << 1)).to_bytes(3, "little") + b"\0"  # RLE, 128 KiB, not the last
    frame = b"\x28\xb5\x2f\xfd" + bytes([0x00, (bits - 10) << 3]) + block * 20000
    return Image(layer=frame, layer_type=OCI + "layer.v1.tar+zstd")


BOMBS = {"gzip-bomb": lambda: bomb("gzip", LAYER), "zstd-bomb": lambda: bomb("zstd", OCI + "layer.v1.tar+zstd"),
         "wide-window": wide_window, "window-27": lambda: wide_window(27)}


def endless_names():
    """A tar whose one entry has a name without end, as long headers allow."""
    tar = Tar().add("././@LongLink", b"L", data=b"n/" * (40 << 20)).bytes()
    return Image(layer=gzip.compress(tar, 1, mtime=0))


BOMBS["long-name"] = endless_names

# --- redirects ---------------------------------------------------------------------------------------------------------------

for name, location in {
        "to-itself": "", "to-file": "file:///etc/passwd", "to-gopher": "gopher://127.0.0.1:1/x", "to-nothing": "http://",
        "to-cloud": "http://169.254.169.254/latest/meta-data/", "to-cloud-number": "http://2852039166/latest/",
        "to-cloud-mapped": "http://[::ffff:169.254.169.254]/latest/", "to-link-local": "http://[fe80::1]/",
        "to-user": "http://user:word@127.0.0.1:1/", "to-escapes": "http://127.0.0.1:1/\x1b[2J",
        "to-long": "/" + "x" * 100000}.items():
    manifests(name, lambda c, to=location: c.redirect(to or c.path))
    layers("layer-" + name, lambda c, layer, to=location: c.redirect(to or c.path))
manifests("to-next", lambda c: c.redirect("/hop/1"))
manifests("to-plain", lambda c: c.redirect("http://127.0.0.1:%s/v2/good/manifests/1" % c.server.ports["http"]))
manifests("to-other", lambda c: c.redirect("http://127.0.0.2:%s/v2/good/manifests/1" % c.server.ports["other"]))
HELPERS["hop"] = lambda c, n: c.redirect("/hop/%d" % (int(n) + 1))

# --- tokens ------------------------------------------------------------------------------------------------------------------


def asks(name, realm, token=None):
    """A repository that asks for a token of `realm`, or "/token/NAME" when that is None."""
    def act(c, kind, ref):
        authorization = c.headers.get("Authorization", "")
        if authorization == "Bearer good" and name == "token-elsewhere" and kind == "blobs":
            return c.redirect("http://127.0.0.2:%s/blob/%s" % (c.server.ports["other"], ref))
        if authorization == "Bearer good":
            return c.serve(ELSEWHERE if name == "token-elsewhere" else GOOD, kind, ref)
        place = realm if realm is not None else f"{c.url}/token/{name}"
        return c.answer(401, {"errors": [{"code": "UNAUTHORIZED", "message": "no" + ESCAPES}]},
                        Www_Authenticate=f'Bearer realm="{place}",service="s"')
    CASES[name] = act
    TOKENS[name] = token


TOKENS = {}
HELPERS["blob"] = lambda c, ref: c.answer(200, ELSEWHERE.blobs[ref])
HELPERS["token"] = lambda c, name: TOKENS[name](c)
asks("token", None, lambda c: c.answer(200, {"token": "good"}))
asks("token-elsewhere", None, lambda c: c.answer(200, {"token": "good"}))
asks("token-endless", None, lambda c: c.endless(media="application/json"))
asks("token-endless-failure", None, lambda c: c.endless(500, media="application/json"))
asks("token-html", None, lambda c: c.answer(200, b"<html></html>", "text/html"))
asks("token-null", None, lambda c: c.answer(200, {"token": None, "access_token": None}))
asks("token-list", None, lambda c: c.answer(200, {"token": ["good"]}))
asks("token-lines", None, lambda c: c.answer(200, {"token": "good\r\nHost: elsewhere"}))
asks("token-refused", None, lambda c: c.answer(200, {"token": os.urandom(8).hex()}))
asks("token-moved", None, lambda c: c.redirect("http://127.0.0.2:%s/token/token" % c.server.ports["other"]))
asks("token-to-cloud", None, lambda c: c.redirect("http://169.254.169.254/latest/"))
asks("token-to-itself", None, lambda c: c.redirect(c.path))
asks("token-of-file", "file:///etc/passwd")
asks("token-of-cloud", "http://169.254.169.254/latest/meta-data/")
asks("token-of-nobody", "")
asks("token-of-escapes", "http://127.0.0.1:1/\x1b[2J")
asks("token-without-tls", "http://127.0.0.1:1/token")

# --- tags --------------------------------------------------------------------------------------------------------------------

CASES["tags-endless"] = lambda c, kind, ref: c.endless(media="application/json", piece=b'"a",' * 10000)
CASES["tags-escapes"] = lambda c, kind, ref: c.answer(200, {"tags": ["x" + ESCAPES]})
CASES["tags-paths"] = lambda c, kind, ref: c.answer(200, {"tags": ["../../../../etc/passwd"]})
CASES["tags-circle"] = lambda c, kind, ref: c.answer(
    200, {"tags": ["1"] * 1000}, Link=f'<{c.path}>; rel="next"') if kind == "tags" else c.serve(GOOD, kind, ref)
CASES["tags-many"] = lambda c, kind, ref: c.answer(200, b'{"tags":[' + b'"",' * (5 << 20) + b'""]}')

# --- time --------------------------------------------------------------------------------------------------------------------

manifests("stall", lambda c: c.stall())
manifests("stall-head", lambda c: (c.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: "), c.stall()))
manifests("stall-body", lambda c: (c.answer(200, b"{", MANIFEST, size=1000), c.stall()))
manifests("drip", lambda c: (c.answer(200, b"{", MANIFEST, size=1000), c.drip(b" " * 998)))
manifests("drip-head", lambda c: c.drip(b"HTTP/1.1 200 OK\r\nX-More: " + b"x" * 1000))
layers("stall-layer", lambda c, layer: (c.answer(200, layer[:20], size=len(layer)), c.stall()))
configs("drip-config", lambda c, config: (c.answer(200, b"", size=len(config)), c.drip(config)))
asks("stall-token", None, lambda c: c.stall())


def try_mutants(host, count, command):
    """Pulls each by `command`: it is an image, or one line tells why not."""
    def pull(n):
        done = subprocess.run([*command, f"{host}/mutant-{n}:1"], capture_output=True, text=True, timeout=60)
        lines = done.stderr.splitlines()
        is_told = done.returncode == 1 and len(lines) == 1 and lines[0].startswith("Error response from daemon: ")
        return is_told, done.returncode == 0 and not lines, f"mutant-{n}: {done.returncode}: {done.stderr}"
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(pull, range(count)))
    for is_told, is_pulled, text in results:
        if not is_told and not is_pulled or os.environ.get("VERBOSE"):
            print(text)
    print(f"{sum(r[0] for r in results)} refused, {sum(r[1] for r in results)} taken")
    sys.exit(any(not r[0] and not r[1] for r in results))


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    name, address = "http", "127.0.0.1"

    def handle_error(self, *_):
        pass  # clients that leave are what is wanted


class OtherServer(Server):
    """Another host of the same network."""
    name, address = "other", "127.0.0.2"


class TlsServer(Server):
    name = "https"

    def finish_request(self, request, address):
        # In the connection's thread: nobody waits for a handshake that does not come.
        super().finish_request(self.context.wrap_socket(request, server_side=True), address)


def start(kind, directory, ports):
    server = kind((kind.address, 0), Connection)
    server.directory, server.ports = directory, ports
    ports[kind.name] = server.server_address[1]
    if kind is TlsServer:
        server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.context.load_cert_chain(directory + "/cert.pem")
    return server


def serve(directory):
    for name, make in BOMBS.items():
        serving(name, make())
    (pathlib.Path(directory) / "mutants").write_text(str(make_mutants()))
    ports = {}
    silent = socket.create_server(("127.0.0.1", 0))  # takes connections, and that is all
    (pathlib.Path(directory) / "silent-port").write_text(str(silent.getsockname()[1]))
    servers = [start(kind, directory, ports) for kind in (OtherServer, TlsServer, Server)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    (pathlib.Path(directory) / "tls-port").write_text(str(ports["https"]))
    (pathlib.Path(directory) / "port.new").write_text(str(ports["http"]))
    os.rename(directory + "/port.new", directory + "/port")
    threading.Event().wait()


def main():
    match sys.argv[1:]:
        case ["serve", directory]:
            serve(directory)
        case ["mutants", host, count, *command]:
            try_mutants(host, int(count), command)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
