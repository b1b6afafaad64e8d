"""`cnn.data.datasets`, `cnn.data.downloads`, `cnn.data.uci_digits`: whole and verified, or a sentence."""

import errno
import gzip
import hashlib
import http.server
import io
import pickle
import subprocess
import sys
import tarfile
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_digits

from cnn.data import datasets, origins
from cnn.data.downloads import RemoteFile, download
from cnn.data.uci_digits import enlarge
from cnn.errors import DataCorrupt, DataError, DataNotFound, DownloadFailed
from cnn.settings import settings

CONTENT = bytes(range(256)) * 1000
ROOT = Path(__file__).parents[2]


def sha256(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


class Server(http.server.BaseHTTPRequestHandler):
    """What a path does stands in its name; each request is counted."""

    files: ClassVar[dict[str, bytes]]
    requests: ClassVar[list[str]]

    def do_GET(self):
        self.requests.append(self.path)
        if self.path not in self.files:
            self.send_error(404)
            return
        content = self.files[self.path]
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if "cut" in self.path:
            self.wfile.write(content[: len(content) // 2])
        elif "silent" in self.path:
            self.wfile.write(content[:1000])
            self.wfile.flush()
            self.server.released.wait(20)
        elif "slow" in self.path:
            for start in range(0, len(content), len(content) // 8):
                self.wfile.write(content[start : start + len(content) // 8])
                self.wfile.flush()
                time.sleep(0.1)
        else:
            self.wfile.write(content)

    def log_message(self, *_):
        pass


@contextmanager
def serving(files: dict[str, bytes]):
    """The address of a server of this machine with these files, and the list of what is asked of it."""
    handler = type("Handler", (Server,), {"files": files, "requests": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.released = threading.Event()
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", handler.requests
        finally:
            server.released.set()
            server.shutdown()
            thread.join()


def arrays(shape=(28, 28), train=20, test=5, column=False):
    """Small arrays of the right form, always the same."""
    random = np.random.default_rng(0)
    y_train, y_test = random.integers(0, 10, train, np.uint8), random.integers(0, 10, test, np.uint8)
    return {
        "x_train": random.integers(0, 256, (train, *shape), np.uint8),
        "y_train": y_train[:, None] if column else y_train,
        "x_test": random.integers(0, 256, (test, *shape), np.uint8),
        "y_test": y_test[:, None] if column else y_test,
    }


def packed(**values) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **values)
    return file.getvalue()


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A machine of its own: an empty data folder, no `data/`, no cache of Keras, nothing remembered."""
    monkeypatch.setenv("CNN_DATA_DIR", str(tmp_path / "mine"))
    monkeypatch.setenv("CNN_DOWNLOAD_TIMEOUT", "0.5")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(datasets, "DATA", tmp_path / "data")
    monkeypatch.setattr(datasets, "_FAILURES", {})
    for folder in ("mine", "data", "keras/datasets"):
        (tmp_path / folder).mkdir(parents=True)
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def from_server(monkeypatch, name: str, **changes) -> None:
    """Let a data set come from another place than its official one."""
    origin = replace(datasets.ORIGINS[name], **changes)
    monkeypatch.setattr(datasets, "ORIGINS", MappingProxyType({**datasets.ORIGINS, name: origin}))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_mnist_is_what_its_docstring_says(mnist):
    """Shapes, types, range and class sizes of the real file; the arrays cannot be changed."""
    if mnist.mnist_missing:
        assert mnist.name == "uci_digits"
        return
    assert mnist.x_train.shape == (60_000, 28, 28)
    assert mnist.x_test.shape == (10_000, 28, 28)
    assert (mnist.x_train.dtype, mnist.y_train.dtype) == (np.uint8, np.int64)
    assert (mnist.x_train.min(), mnist.x_train.max()) == (0, 255)
    assert np.bincount(mnist.y_test).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert (mnist.image_shape, mnist.classes) == ((28, 28, 1), 10)
    assert mnist.sha256 == "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
    assert datasets.load("mnist") is mnist
    with pytest.raises(ValueError, match="read-only"):
        mnist.x_train[0, 0, 0] = 1


def test_the_hash_in_the_docstring_is_the_one_that_is_checked():
    """Who reads the docstring can trust its checksum."""
    assert str(origins.ORIGINS["mnist"].sha256) in str(datasets.__doc__)


def test_folders_are_searched_in_their_order(elsewhere):
    """The folder of the setting comes before `data/`, and that before Keras's cache."""
    places = [elsewhere / folder / "cifar10.npz" for folder in ("keras/datasets", "data", "mine")]
    assert datasets.find("cifar10") is None
    for place in places:
        place.write_bytes(b"")
        assert datasets.find("cifar10") == place
    with pytest.raises(DataNotFound, match="mnist, fashion_mnist, cifar10"):
        datasets.find("../cifar10")


@pytest.mark.parametrize(("name", "shape"), [("fashion_mnist", (28, 28)), ("cifar10", (32, 32, 3))])
def test_a_file_is_loaded_once_and_again_when_it_changes(elsewhere, name, shape):
    """Labels may stand in a column; the same object is shared until another file lies there."""
    file, values = elsewhere / "mine" / f"{name}.npz", arrays(shape, column=True)
    file.write_bytes(packed(**values))
    loaded = datasets.load(name)
    assert datasets.load(name) is loaded
    assert np.array_equal(loaded.x_train, values["x_train"])
    assert np.array_equal(loaded.y_test, values["y_test"].ravel())
    assert loaded.y_test.dtype == np.int64
    assert loaded.image_shape == (*shape, 1)[:3]
    assert sha256(file.read_bytes()) == "sha256:" + loaded.sha256
    assert loaded.source == str(file)
    file.write_bytes(packed(**arrays(shape, train=30)))
    assert len(datasets.load(name).x_train) == 30


GOOD = arrays()
WRONG = {
    "floats": GOOD | {"x_train": GOOD["x_train"] / 255},
    "other size": GOOD | {"x_test": np.zeros((5, 32, 32), np.uint8)},
    "colours": GOOD | {"x_test": np.zeros((5, 28, 28, 3), np.uint8)},
    "too few labels": GOOD | {"y_train": GOOD["y_train"][:-1]},
    "label 10": GOOD | {"y_test": np.full(5, 10)},
    "label -1": GOOD | {"y_test": np.full(5, -1)},
    "words": GOOD | {"y_test": np.array(["a"] * 5)},
    "nothing": GOOD | {"x_test": np.zeros((0, 28, 28), np.uint8), "y_test": np.zeros(0, np.uint8)},
    "an object": GOOD | {"x_test": np.array([{}] * 5)},
    "a part": {name: GOOD[name] for name in ("x_train", "y_train")},
}


@pytest.mark.parametrize("how", WRONG)
def test_a_file_of_another_form_is_refused(elsewhere, how):
    """Wrong types, shapes and labels are said with the file's path, and nothing is loaded."""
    (elsewhere / "mine" / "fashion_mnist.npz").write_bytes(packed(**WRONG[how]))
    with pytest.raises(DataCorrupt, match=r"mine.fashion_mnist\.npz is not the data set"):
        datasets.load("fashion_mnist")


def test_another_file_in_mnists_place_is_refused(elsewhere):
    """A file of MNIST's form with another hash is not MNIST, and the sentence shows both hashes."""
    (elsewhere / "mine" / "mnist.npz").write_bytes(packed(**GOOD))
    with pytest.raises(DataCorrupt, match=r"SHA-256 .*731c5ac60275"):
        datasets.load("mnist")


@given(share=st.floats(0, 0.999), junk=st.binary(max_size=50))
def test_a_file_cut_short_is_refused(share, junk):
    """Wherever the file ends, and whatever follows there, there is one error and no other."""
    whole = packed(**GOOD)
    origin = datasets.ORIGINS["fashion_mnist"]
    with pytest.raises(DataCorrupt):
        datasets.unpack(Path("x.npz"), whole[: int(share * len(whole))] + junk, origin)


def test_scikit_learns_digits_stand_in_without_a_network(elsewhere, monkeypatch):
    """Without MNIST and without a network, real digits in its form take its place and say so."""
    with serving({}) as (address, requests):
        file = RemoteFile(f"{address}/mnist.npz", 100, sha256(CONTENT))
        from_server(monkeypatch, "mnist", files=(file,))
        digits = datasets.load("mnist")
        assert datasets.load("mnist") is digits
        assert requests == ["/mnist.npz"], "a download that failed is left alone for a while"
    assert (digits.name, digits.source) == ("uci_digits", "scikit-learn")
    assert "HTTP 404" in str(digits.mnist_missing)
    assert (digits.x_train.shape, digits.x_test.shape) == ((1500, 28, 28), (297, 28, 28))
    assert (digits.x_train.dtype, digits.y_train.dtype) == (np.uint8, np.int64)
    assert not digits.x_train.flags.writeable
    assert names(elsewhere / "data") == []
    labels = np.concatenate([digits.y_train, digits.y_test])
    assert np.array_equal(np.bincount(labels), np.bincount(load_digits().target))
    assert np.bincount(digits.y_test).min() >= 15, "every digit is among the test images"


def test_a_download_that_failed_is_tried_again_after_a_while(elsewhere, monkeypatch):
    """Once the five minutes are over, the network may be back."""
    with serving({}) as (address, requests):
        file = RemoteFile(f"{address}/mnist.npz", 100, sha256(CONTENT))
        from_server(monkeypatch, "mnist", files=(file,))
        datasets.load("mnist")
        monkeypatch.setattr(datasets, "QUIET_AFTER_FAILURE", 0.0)
        datasets.load("mnist")
        assert len(requests) == 2


def test_a_folder_that_may_not_be_looked_into_has_no_data(elsewhere, monkeypatch):
    """Other folders are looked into all the same, and no page ends with a traceback."""
    (elsewhere / "data" / "mnist.npz").touch()
    is_file = Path.is_file

    def closed(path):
        if path.parent == elsewhere / "mine":
            raise PermissionError(errno.EACCES, "Permission denied")
        return is_file(path)

    monkeypatch.setattr(Path, "is_file", closed)
    assert datasets.find("mnist") == elsewhere / "data" / "mnist.npz"
    assert datasets.find("cifar10") is None


def test_other_data_that_cannot_be_had_are_said(elsewhere, monkeypatch):
    """Nothing stands in for photographs: the sentence names the file, the reason and a folder."""
    with serving({}) as (address, _):
        from_server(monkeypatch, "cifar10", files=(RemoteFile(f"{address}/c.tar.gz", 9, sha256(b"")),))
        with pytest.raises(DataNotFound, match=r"cifar10\.npz .*HTTP 404.* put the file into .*mine"):
            datasets.load("cifar10")


def test_the_stand_ins_look_like_mnist():
    """An enlarged digit is 20 pixels long and its mass lies in the middle, as NIST prepared MNIST's."""
    for image in load_digits().images[:100]:
        digit = enlarge(image)
        rows, columns = np.nonzero(digit.any(axis=1))[0], np.nonzero(digit.any(axis=0))[0]
        assert 19 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 20
        y, x = (np.average(np.arange(28), weights=digit.sum(axis=axis)) for axis in (1, 0))
        assert abs(y - 13.5) <= 0.6
        assert abs(x - 13.5) <= 0.6
        assert digit.max() > 200


def test_a_download_tells_its_progress_and_arrives_whole(elsewhere, monkeypatch):
    """MNIST's file comes over the wire: bytes are counted up to their number, then it is there."""
    content = packed(**arrays(train=3000))
    with serving({"/slow": content}) as (address, _):
        from_server(
            monkeypatch,
            "mnist",
            files=(RemoteFile(f"{address}/slow", len(content), sha256(content)),),
            sha256=sha256(content).removeprefix("sha256:"),
        )
        told = []
        loaded = datasets.load("mnist", on_bytes=lambda done, total: told.append((done, total)))
    done = [bytes_ for bytes_, _ in told]
    assert len(done) >= 8
    assert done == sorted(set(done))
    assert told[-1] == (len(content), len(content))
    assert (loaded.name, len(loaded.x_train)) == ("mnist", 3000)
    assert names(elsewhere / "data") == ["mnist.npz"]
    assert (elsewhere / "data" / "mnist.npz").read_bytes() == content


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("cut", "could not be fetched"),
        ("silent", "0.5 s without a byte"),
        ("missing", "HTTP 404"),
        ("other", "login page"),
        ("longer", "login page"),
    ],
)
def test_a_download_that_goes_wrong_leaves_nothing(elsewhere, monkeypatch, path, reason):
    """Cut short, silent, missing, another content, too long: the reason is said and no file is left."""
    served = {
        "/cut": CONTENT,
        "/silent": CONTENT,
        "/other": b"<html>Welcome to our hotel</html>",
        "/longer": CONTENT * 20,
    }
    with serving(served) as (address, _):
        file = RemoteFile(f"{address}/{path}", len(CONTENT), sha256(CONTENT))
        from_server(monkeypatch, "mnist", files=(file,))
        with pytest.raises(DownloadFailed, match=reason):
            datasets.fetch("mnist", elsewhere / "data")
    assert names(elsewhere / "data") == []


def test_a_server_that_never_answers_is_given_up():
    """A connection that is accepted and stays silent ends after the time-out."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        file = RemoteFile(f"http://127.0.0.1:{silent.getsockname()[1]}/x", 9, sha256(b""))
        with pytest.raises(DownloadFailed, match=r"0\.2 s without a byte"):
            download(file, timeout=0.2)


def test_a_longer_answer_is_not_read_to_its_end():
    """Who sends more than the file has is cut off: nothing fills the memory."""
    with serving({"/longer": bytes(50_000_000)}) as (address, _):
        told = []
        with pytest.raises(DownloadFailed):
            download(RemoteFile(f"{address}/longer", 1000, sha256(b"")), 5, told.append)
    assert told[-1] < 10_000_000


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_fetched(elsewhere, monkeypatch):
    """A file stands where the folder should be: the sentence names it, and the network is not asked."""
    (elsewhere / "taken").write_text("a file")
    with serving({"/mnist": CONTENT}) as (address, requests):
        file = RemoteFile(f"{address}/mnist", len(CONTENT), sha256(CONTENT))
        from_server(monkeypatch, "mnist", files=(file,))
        with pytest.raises(DataError, match=r"Nothing can be written to .*taken"):
            datasets.fetch("mnist", elsewhere / "taken")
        assert requests == []


def test_a_full_disk_leaves_no_half_file(tmp_path):
    """Where writing stops in the middle, the sentence says so and the folder stays empty."""
    script = """if True:
        import resource, signal, sys
        from pathlib import Path
        from types import MappingProxyType
        from cnn.data import datasets
        from cnn.errors import DataError
        from tests.data.test_datasets import CONTENT, RemoteFile, replace, serving, sha256
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        with serving({"/mnist": CONTENT}) as (address, _):
            file = RemoteFile(f"{address}/mnist", len(CONTENT), sha256(CONTENT))
            origin = replace(datasets.ORIGINS["mnist"], files=(file,))
            datasets.ORIGINS = MappingProxyType({"mnist": origin})
            try:
                datasets.fetch("mnist", Path(sys.argv[1]))
            except DataError as error:
                print(error)
    """
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "Nothing can be written" in done.stdout
    assert "File too large" in done.stdout
    assert names(tmp_path) == []


def test_fashion_mnist_is_packed_from_its_official_files(elsewhere, monkeypatch):
    """The four gzipped IDX files become one file with the usual arrays, under the progress of all four."""
    header = {3: bytes([0, 0, 8, 3]) + bytes(12), 1: bytes([0, 0, 8, 1]) + bytes(4)}
    files = {
        f"/{name}": gzip.compress(header[values.ndim] + values.tobytes()) for name, values in GOOD.items()
    }
    with serving(files) as (address, requests):
        remote = [
            RemoteFile(address + path, len(content), sha256(content)) for path, content in files.items()
        ]
        from_server(monkeypatch, "fashion_mnist", files=tuple(remote))
        told = []
        loaded = datasets.load("fashion_mnist", on_bytes=lambda *progress: told.append(progress))
        assert len(requests) == 4
    assert all(np.array_equal(getattr(loaded, name), GOOD[name]) for name in GOOD)
    whole = sum(map(len, files.values()))
    assert told[-1] == (whole, whole)


def test_cifar10_is_packed_from_keras_cache(elsewhere, monkeypatch):
    """The archive that Keras once fetched is used: no request, and pixels in the order that pages show."""
    random = np.random.default_rng(0)
    batches = {
        name: {
            b"data": random.integers(0, 256, (4, 3072), np.uint8),
            b"labels": random.integers(0, 10, 4).tolist(),
        }
        for name in (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch")
    }
    packed_archive = io.BytesIO()
    with tarfile.open(fileobj=packed_archive, mode="w:gz") as archive:
        for name, batch in batches.items():
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            content = pickle.dumps(batch)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    content = packed_archive.getvalue()
    (elsewhere / "keras/datasets/cifar-10-batches-py-target_archive").write_bytes(content)
    file = RemoteFile("http://127.0.0.1:9/cifar-10-python.tar.gz", len(content), sha256(content))
    from_server(monkeypatch, "cifar10", files=(file,))
    loaded = datasets.load("cifar10")
    assert (loaded.x_train.shape, loaded.x_test.shape) == ((20, 32, 32, 3), (4, 32, 32, 3))
    red, green, blue = batches["data_batch_2"][b"data"][1].reshape(3, 32, 32)
    assert np.array_equal(loaded.x_train[5], np.dstack([red, green, blue]))
    assert loaded.y_test.tolist() == batches["test_batch"][b"labels"]


def test_a_room_is_provided_from_what_this_machine_has(elsewhere):
    """A file found here is verified and copied, without the network; a broken one is refused, not copied."""
    file, room = elsewhere / "mine" / "cifar10.npz", elsewhere / "room"
    file.write_bytes(packed(**arrays((32, 32, 3))))
    assert datasets.provide("cifar10", room) == room / "cifar10.npz"
    assert (room / "cifar10.npz").read_bytes() == file.read_bytes()
    assert datasets.provide("cifar10", room) == room / "cifar10.npz"
    (room / "cifar10.npz").write_bytes(b"half a fi")
    with pytest.raises(DataCorrupt, match=r"room.cifar10\.npz"):
        datasets.provide("cifar10", room)
    assert names(room) == ["cifar10.npz"]


def test_a_shape_is_known_without_the_data(elsewhere):
    """What a network's input looks like needs no file."""
    assert [datasets.shape_of(name) for name in datasets.ORIGINS] == [(28, 28, 1), (28, 28, 1), (32, 32, 3)]
