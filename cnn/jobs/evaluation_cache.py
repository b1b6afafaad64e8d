"""The evaluations of saved models: each made once, in a process that yields, and kept on disk.

cache_dir/evaluations/0f3a....npz    named by the hash of the model's file and of its data set
"""

from collections import OrderedDict
from concurrent.futures import Future
from functools import cache, lru_cache
from hashlib import file_digest, sha256
from pathlib import Path
from threading import Lock
from time import monotonic
from weakref import WeakKeyDictionary

from cnn.data.datasets import Dataset
from cnn.errors import DataCorrupt
from cnn.insight import metrics
from cnn.insight.metrics import Evaluation
from cnn.jobs import inspections
from cnn.jobs.workers import Workers, workers
from cnn.models.folder import ModelFolder, not_found
from cnn.models.record import ModelRecord
from cnn.models.store import model_store
from cnn.settings import settings

REMEMBERED = 8
TOLD_SECONDS = 5.0
"""For so long a failure is told to those who waited, before the work may be begun anew."""


class EvaluationCache:
    """The evaluations that one app has at hand.

    Args:
        processes: make them.
        folder: where they are kept.
    """

    def __init__(self, processes: Workers, folder: Path) -> None:
        self._processes = processes
        self._folder = folder
        self._lock = Lock()
        self._futures: OrderedDict[Path, Future[Evaluation]] = OrderedDict()
        self._ended: WeakKeyDictionary[Future[Evaluation], float] = WeakKeyDictionary()

    def of(self, record: ModelRecord, dataset: Dataset) -> "Future[Evaluation]":
        """The answers of a model to the test images of its data set.

        A caller that comes while it is being made waits for the same work. What failed is tried again when
        somebody asks more than `TOLD_SECONDS` after it failed.

        Returns:
            a future, done at once where the evaluation has been made before; it gives the evaluation
            or raises a `CnnError`.

        Raises:
            ModelError: the model is not there.
            WorkerError: no process can be started.
        """
        path = self._path(record, dataset)
        with self._lock:
            future = self._futures.pop(path, None)
            if future is None or self._is_to_be_tried_again(future):
                future = self._kept(path)
            if future is None:
                folder = model_store().folder_of(record.id)
                future = self._processes.begin(inspections.evaluation, folder, path, dataset.sha256)
                future.add_done_callback(self._note_end)
            self._futures[path] = future
            # What is still being made is waited for: forgotten, it would be made again, behind all others.
            done = [made for made, future in self._futures.items() if future.done()]
            for made in done[: max(0, len(self._futures) - REMEMBERED)]:
                del self._futures[made]
        return future

    def _note_end(self, future: "Future[Evaluation]") -> None:
        self._ended[future] = monotonic()

    def _is_to_be_tried_again(self, future: "Future[Evaluation]") -> bool:
        if not (future.done() and future.exception()):
            return False
        return monotonic() - self._ended.get(future, monotonic()) >= TOLD_SECONDS

    def _path(self, record: ModelRecord, dataset: Dataset) -> Path:
        content = _hash(*model_store().folder_of(record.id).stamped())
        # The temperature is no part of the Keras file, but of the answers.
        key = f"{content} {dataset.sha256} {record.temperature} {record.reject_class}"
        return self._folder / f"{sha256(key.encode()).hexdigest()}.npz"

    def _kept(self, path: Path) -> "Future[Evaluation] | None":
        future: Future[Evaluation] = Future()
        try:
            future.set_result(metrics.read(path))
        except (FileNotFoundError, DataCorrupt):
            return None
        return future


@lru_cache(256)
def _hash(folder: ModelFolder, _modified_ns: int) -> str:
    try:
        with folder.keras_path().open("rb") as content:
            return file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise not_found(folder.path.name) from error


@cache
def evaluation_cache() -> EvaluationCache:
    """The evaluations of this process."""
    return EvaluationCache(workers(), settings().cache_dir / "evaluations")
