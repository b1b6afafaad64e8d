"""`cnn.jobs.supervision`: what it needs of Dask's internals. A failure says what an upgrade of Dask broke."""

import inspect

from distributed.core import Status
from distributed.deploy.subprocess import Subprocess, SubprocessScheduler, SubprocessWorker


def test_dask_starts_a_process_by_start_and_keeps_it():
    """Dask's processes start by an awaited `_start` and keep what they started in `process`, None before."""
    process = SubprocessWorker("tcp://127.0.0.1:1")
    assert inspect.iscoroutinefunction(SubprocessWorker._start)
    assert inspect.iscoroutinefunction(Subprocess.close)
    assert process.process is None
    assert process.status == Status.created


def test_dask_gives_its_scheduler_a_file_and_a_port():
    """What `scheduler_kwargs` holds goes to the scheduler; its file and its port can be set there."""
    scheduler = SubprocessScheduler(scheduler_kwargs={"port": 0})
    assert scheduler.scheduler_kwargs["port"] == 0
    assert "scheduler_file" in inspect.getsource(SubprocessScheduler)


def test_dask_starts_a_nanny_for_a_worker():
    """A worker of Dask's takes the address of its scheduler and what is for the worker."""
    worker = SubprocessWorker("tcp://127.0.0.1:1", worker_kwargs={"nthreads": 2})
    assert worker.scheduler == "tcp://127.0.0.1:1"
    assert worker.worker_kwargs["nthreads"] == 2
