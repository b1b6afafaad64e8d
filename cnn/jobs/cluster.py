"""An existing Dask cluster that trains instead of this machine: all that only such a cluster needs.

Its workers keep backups where their own machine's setting says. This app never starts or ends them.
"""

import socket
from contextlib import suppress
from shutil import rmtree
from threading import Lock
from time import monotonic, time
from typing import TYPE_CHECKING

from cnn.errors import WorkerError
from cnn.i18n import N_
from cnn.jobs.dispatch import SentTraining
from cnn.jobs.failures import raising_own_errors, training_failed
from cnn.jobs.job import Job
from cnn.jobs.trainers import TrainersAway
from cnn.jobs.training_task import request_stop, run_training
from cnn.jobs.work_folder import KEPT_SECONDS
from cnn.reasons import reason
from cnn.settings import Settings, settings
from cnn.training.announcements import Announce, TrainedModel

if TYPE_CHECKING:
    from distributed import Client, Security

_PAUSE_SECONDS = 10.0
_PROBE_SECONDS = 2.0


class RemoteCluster:
    """A cluster that somebody has started; its workers are `Trainers`.

    Args:
        address: its scheduler's, as tcp://host:8786.
        limits: how long to wait, and the files of TLS.
    """

    def __init__(self, address: str, limits: Settings) -> None:
        self._address = address
        self._limits = limits
        self._lock = Lock()
        self._client: Client | None = None
        self._refused: tuple[float, WorkerError] | None = None

    def capacity(self) -> int:
        """How many trainings can run at the same time; raises `WorkerError` as `connect`."""
        client = self._connected()
        # A client that is on its way back would wait for its scheduler.
        info = client.scheduler_info(n_workers=-1) if client.status == "running" else {"workers": ()}
        return max(len(info["workers"]), 1)

    def send(self, job: Job, announce: Announce, *, again: bool) -> SentTraining:
        """Hand a training to a worker: see `Trainers`.

        A cluster that was reached before is waited for. One that was never reached fails at once.
        """
        been_there = again or self._client is not None
        # Other trainings do not wait for an attempt that cannot succeed.
        if been_there and not listens(self._address):
            raise self._away()
        client = self._client_to_send_by()
        if client.status != "running":
            # What is sent to a client that is still on its way back may be forgotten.
            raise self._away()
        # Without `resources`: each worker is started with one thread, and gets trainings only.
        options = self._where_it_began(client, job.id) if again else {}
        return SentTraining(client, _run_training, job, announce=announce, options=options)

    def _client_to_send_by(self) -> "Client":
        try:
            return self._connected()
        except WorkerError as error:
            # A cluster that was reached before is waited for.
            if self._client is not None:
                raise self._away() from error
            raise

    def _away(self) -> TrainersAway:
        return TrainersAway(N_("The processes that train cannot be reached. Train again in a moment."))

    def _where_it_began(self, client: "Client", job_id: str) -> dict[str, object]:
        """Dask's options that lead a training to its backup. A worker that still runs the lost copy stops."""
        kept = client.run(_give_way, job_id, on_error="ignore")
        begun = [address for address, has_backup in kept.items() if has_backup]
        return {"workers": begun, "allow_other_workers": True} if begun else {}

    def _connected(self) -> "Client":
        """The client of the cluster, a new one where the last one has given up.

        Raises:
            WorkerError: the cluster does not answer. For a moment the next caller is told so at once.
        """
        with self._lock:
            if self._client is None or self._client.status in {"closing", "closed"}:
                self._client = self._newly_connected()
            return self._client

    def _newly_connected(self) -> "Client":
        if self._refused is not None and monotonic() < self._refused[0]:
            raise self._refused[1]
        try:
            return connect(self._address, self._limits)
        except WorkerError as error:
            self._refused = monotonic() + _PAUSE_SECONDS, error
            raise

    def forget(self, job_id: str) -> None:
        """Let the backup of a training go, wherever one is."""
        self._connected().run(_forget, job_id, on_error="ignore")

    def close(self) -> None:
        """Leave the cluster; a second call changes nothing."""
        if self._client is not None:
            self._client.close()


def connect(address: str, limits: Settings) -> "Client":
    """A client of the cluster whose scheduler is at an address, as tcp://host:8786.

    Raises:
        WorkerError: it does not answer in time, it does not speak TLS although TLS is set, or a TLS file
            is missing.
    """
    from distributed import Client

    secured = security(limits)
    try:
        # Where no scheduler listens, Dask would retry until its timeout. This probe fails at once.
        _knock(address)
        return Client(address, timeout=limits.answer_timeout, set_as_default=False, security=secured)
    # An unreadable certificate is an OSError; an address without TLS where it is wanted, a RuntimeError.
    except (OSError, ValueError, RuntimeError) as error:
        raise WorkerError(
            N_("The cluster at {address} does not answer: {reason}. Start its scheduler, then train again."),
            address=address,
            reason=reason(error),
        ) from error


def listens(address: str) -> bool:
    """Whether anybody accepts connections at an address of Dask's."""
    try:
        _knock(address)
    except OSError:
        return False
    return True


def _knock(address: str) -> None:
    """Connect to an address of Dask's for a moment; an OSError says why nobody could."""
    from distributed.comm.addressing import get_address_host_port

    socket.create_connection(get_address_host_port(address), timeout=_PROBE_SECONDS).close()


def security(limits: Settings) -> "Security | None":
    """How to talk to the cluster: by TLS alone where its files are named, else as Dask is set up.

    Raises:
        WorkerError: of the three files some are named, and one is not or is not there.
    """
    from distributed import Security

    files = {
        "CNN_CLUSTER_CA_FILE": limits.cluster_ca_file,
        "CNN_CLUSTER_CERT": limits.cluster_cert,
        "CNN_CLUSTER_KEY": limits.cluster_key,
    }
    if not any(files.values()):
        return None
    for setting, file in files.items():
        if file is None or not file.is_file():
            raise WorkerError(
                N_(
                    "TLS needs {needed}, but {setting} names no file: {file!r}. "
                    "Set it and start the app again."
                ),
                needed=", ".join(files),
                setting=setting,
                file=str(file or ""),
            )
    ca_file, cert, key = map(str, files.values())
    return Security(tls_ca_file=ca_file, tls_client_cert=cert, tls_client_key=key, require_encryption=True)


# What follows runs on the cluster's workers.


@raising_own_errors(training_failed)
def _run_training(job: Job, topic: str) -> TrainedModel:
    """Train in this worker, with its machine's folder for backups."""
    _clear_forgotten()
    return run_training(job, topic, settings().work_dir)


def _give_way(job_id: str) -> bool:
    """Stop this worker's copy of a training that is sent again; whether this machine has a backup of it."""
    request_stop(job_id)
    return (settings().work_dir / job_id).exists()


def _forget(job_id: str) -> None:
    """Let the backup of a training on this machine go."""
    rmtree(settings().work_dir / job_id, ignore_errors=True)


def _clear_forgotten() -> None:
    """Delete backups that are older than a day: the app that sent them has gone."""
    for epoch in settings().work_dir.glob("*/epoch-*"):
        with suppress(OSError):
            if time() - epoch.stat().st_mtime > KEPT_SECONDS:
                rmtree(epoch.parent)
