"""Heavy jobs in child processes, so that pages stay quick while they run."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time

from regulars.kit import jobs, worklists
from regulars.kit.models import Job

log = logging.getLogger("regulars.jobs")

AT_ONCE = 1
CANCEL_PATIENCE_SECONDS = 10.0
STOP_PATIENCE_SECONDS = 20.0


class Children:
    """The heavy jobs of one worker: claimed by it, run by children in its name, looked after until they end."""

    def __init__(self, worker: str) -> None:
        self.worker = worker
        self.running: dict[int, tuple[Job, subprocess.Popen[bytes]]] = {}
        self.told_at: dict[int, float] = {}

    def are_running(self) -> bool:
        return bool(self.running)

    def tend(self) -> int:
        """Bury the dead, end the cancelled, start what is due; returns how many ended or began."""
        ended = [job_id for job_id in self.running if self._has_ended(job_id)]
        for job_id in ended:
            self._bury(job_id)
        self._end_cancelled()
        return len(ended) + self._start()

    def _start(self) -> int:
        room = AT_ONCE - len(self.running)
        if room <= 0:
            return 0
        due = worklists.claim(
            Job.objects.filter(queue=jobs.HEAVY), limit=room, lease_seconds=jobs.LEASE_SECONDS, worker=self.worker
        )
        for job in due:
            command = [sys.executable, "-m", "regulars.kit.child", str(job.pk), self.worker]
            self.running[job.pk] = job, subprocess.Popen(command, stdin=subprocess.DEVNULL, env=_environment())
        return len(due)

    def _has_ended(self, job_id: int) -> bool:
        return self.running[job_id][1].poll() is not None

    def _bury(self, job_id: int) -> None:
        """A child that died without a word leaves its job claimed: it is tried again, or set aside after too many."""
        job, child = self.running.pop(job_id)
        self.told_at.pop(job_id, None)
        still_ours = Job.objects.filter(pk=job.pk, state=Job.CLAIMED, leased_by=self.worker)
        if still_ours.filter(cancel_requested_at__isnull=False).exists():
            jobs.settle_cancelled(job)
        elif still_ours.exists():
            log.error("the process of job %s ended with %s", job.pk, child.returncode)
            worklists.reschedule(job, f"The process ended in the middle ({child.returncode}).")

    def _end_cancelled(self) -> None:
        if not self.running:
            return
        cancelled = Job.objects.filter(pk__in=self.running, cancel_requested_at__isnull=False)
        for job_id in cancelled.values_list("pk", flat=True):
            child = self.running[job_id][1]
            first = self.told_at.setdefault(job_id, time.monotonic())
            if time.monotonic() - first > CANCEL_PATIENCE_SECONDS:
                child.kill()

    def stop(self) -> None:
        """Ask the children to break off, and put their jobs back so that the next worker goes on with them."""
        for _, child in self.running.values():
            child.send_signal(signal.SIGTERM)
        until = time.monotonic() + STOP_PATIENCE_SECONDS
        for job, child in self.running.values():
            try:
                child.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            worklists.give_back([job])
        self.running.clear()


def _environment() -> dict[str, str]:
    return {**os.environ, "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "regulars.settings")}
