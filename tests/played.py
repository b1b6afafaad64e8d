"""Workers that a test plays."""

from concurrent.futures import Future

from cnn.jobs.work_folder import WorkFolder


class PlayedWorkers:
    """Workers that train nothing: a test decides what they announce and when they end."""

    def __init__(self, capacity: int = 1) -> None:
        self._capacity = capacity
        self.running: dict[str, tuple] = {}
        self.stopped: list[tuple[str, str]] = []
        self.given_up: list[str] = []
        self.folder: WorkFolder | None = None
        self.closed = False

    def capacity(self) -> int:
        return self._capacity

    def begin_training(self, job, announce, *, again=False):
        outcome: Future = Future()
        self.running[job.id] = (announce, outcome)
        return outcome

    def request_stop(self, job, address):
        self.stopped.append((job, address))

    def give_up(self, job):
        self.given_up.append(job)

    def announce(self, job, event):
        self.running[job][0](event)

    def finish(self, job, result):
        self.running.pop(job)[1].set_result(result)

    def fail(self, job, error):
        self.running.pop(job)[1].set_exception(error)
