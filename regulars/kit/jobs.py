"""Django's Tasks on a worklist: `task.enqueue(...)` stores a row, a worker runs it; `heavy` ones in a child process.

A task whose worker dies is run again when the lease ends, on the worker's own machine within seconds (`lifelines`). One
that raises is failed at once, with its reason, except that a database which is away puts it back. A task on `heavy`
reports with `progress()` and can be cancelled.
"""

from __future__ import annotations

import logging
import os
import time
from contextlib import nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, OperationalError, transaction
from django.utils.module_loading import import_string
from django_tasks import TaskContext, TaskResult, TaskResultStatus
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskError
from django_tasks.exceptions import TaskResultDoesNotExist
from django_tasks.utils import get_exception_traceback, get_module_path, normalize_json

from regulars.kit import clock, lifelines, worklists
from regulars.kit.errors import Refusal
from regulars.kit.leases import kept
from regulars.kit.models import Job
from regulars.kit.waking import wake_after_commit

log = logging.getLogger("regulars.jobs")

LEASE_SECONDS = 60
HEAVY = "heavy"
PROGRESS_EVERY_SECONDS = 0.5

STATUS = {
    Job.DUE: TaskResultStatus.READY,
    Job.CLAIMED: TaskResultStatus.RUNNING,
    Job.DONE: TaskResultStatus.SUCCESSFUL,
    Job.FAILED: TaskResultStatus.FAILED,
    Job.SET_ASIDE: TaskResultStatus.FAILED,
    Job.CANCELLED: TaskResultStatus.FAILED,
}


class Cancelled(Exception):
    """A person has called this job off; let it pass through."""


class WorklistBackend(BaseTaskBackend):
    """The backend named in settings.TASKS."""

    supports_defer = True
    supports_get_result = True
    supports_priority = True
    supports_async_task = True

    def enqueue(self, task: Task[..., Any], args: Any, kwargs: Any) -> TaskResult[Any]:
        self.validate_task(task)
        return result_of(_stored(task, args, kwargs))

    def get_result(self, result_id: str) -> TaskResult[Any]:
        job = Job.objects.filter(pk=int(result_id)).first() if str(result_id).isdigit() else None
        if job is None:
            raise TaskResultDoesNotExist(result_id)
        return result_of(job)


def _stored(task: Task[..., Any], args: Any, kwargs: Any, key: str = "") -> Job:
    job = Job.objects.create(
        task_path=task.module_path,
        queue=task.queue_name,
        backend=task.backend,
        priority=task.priority,
        due_at=task.run_after or clock.now(),
        key=key,
        args=normalize_json(list(args)),
        kwargs=normalize_json(kwargs),
    )
    wake_after_commit()
    return job


def enqueue_once(task: Task[..., Any], *args: Any, key: str, **kwargs: Any) -> str:
    """Enqueue unless a job with this key is still open; returns the id of the open one either way."""
    try:
        with transaction.atomic():
            return str(_stored(task, args, kwargs, key).pk)
    except IntegrityError:
        open_one = Job.objects.filter(key=key, state__in=Job.OPEN).values_list("pk", flat=True).first()
        return str(open_one) if open_one else enqueue_once(task, *args, key=key, **kwargs)


def result_of(job: Job) -> TaskResult[Any]:
    task = _task(job.task_path).using(priority=job.priority, queue_name=job.queue, backend=job.backend)
    result: TaskResult[Any] = TaskResult(
        task=task,
        id=str(job.pk),
        status=STATUS[job.state],
        enqueued_at=job.enqueued_at,
        started_at=job.started_at,
        last_attempted_at=job.last_attempted_at,
        finished_at=job.finished_at,
        args=job.args,
        kwargs=job.kwargs,
        backend=job.backend,
        errors=[TaskError(**error) for error in job.errors],
        worker_ids=list(job.worker_ids),
    )
    object.__setattr__(result, "_return_value", job.result)
    return result


def _task(path: str) -> Task[..., Any]:
    found = import_string(path)
    if not isinstance(found, Task):
        raise TypeError(f"{path} is not a task.")
    return found


@dataclass(frozen=True, slots=True)
class JobState:
    """How a job stands, for a progress bar."""

    state: str
    done: int
    total: int
    sentence: str
    error: str

    @property
    def is_finished(self) -> bool:
        return self.state not in Job.OPEN


def job_state(job_id: str | int) -> JobState:
    """One query; refused as gone when there is no such job."""
    row = Job.objects.filter(pk=job_id).first()
    if row is None:
        return JobState("gone", 0, 0, "", "")
    return JobState(row.state, row.progress_done, row.progress_total, row.progress_sentence, row.last_error)


# Running


@dataclass(slots=True)
class _Running:
    job_id: int
    worker: str
    reported_at: float = 0.0


_running: ContextVar[_Running | None] = ContextVar("regulars_job", default=None)


def progress(done: int, total: int, sentence: str = "") -> None:
    """Say how far the running job is; stored at most twice a second. Raises Cancelled when it was called off.

    Outside a job it does nothing, so that services may call it.
    """
    running = _running.get()
    if running is None:
        return
    now = time.monotonic()
    if now - running.reported_at < PROGRESS_EVERY_SECONDS and done != total:
        return
    running.reported_at = now
    job = Job.objects.filter(pk=running.job_id, state=Job.CLAIMED, leased_by=running.worker)
    if not job.update(progress_done=done, progress_total=total, progress_sentence=sentence[:300]):
        raise worklists.LeaseLost(f"job {running.job_id} was taken over")
    if job.filter(cancel_requested_at__isnull=False).exists():
        raise Cancelled


def finish_here(result: Any = None) -> None:
    """Mark the running job done inside the caller's transaction: its effect and its end commit together, so a job
    that is run again after a crash finds itself done and the effect happens exactly once."""
    running = _running.get()
    if running is None:
        return
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("finish_here() belongs inside the transaction of the effect.")
    ours = Job.objects.filter(pk=running.job_id, state=Job.CLAIMED, leased_by=running.worker)
    now, value = clock.now(), normalize_json(result)
    if not ours.update(
        state=Job.DONE, finished_at=now, last_attempted_at=now, lease_until=None, leased_by="", result=value
    ):
        raise worklists.LeaseLost(f"job {running.job_id} was taken over")


def run_due(worker: str, *, limit: int = 20, queue: str = "default") -> int:
    """Run jobs of the light queue in this process; returns how many."""
    jobs = worklists.claim(Job.objects.filter(queue=queue), limit=limit, lease_seconds=LEASE_SECONDS, worker=worker)
    with kept(lambda: bool(worklists.renew(jobs, lease_seconds=LEASE_SECONDS)), every_seconds=LEASE_SECONDS / 3):
        for job in jobs:
            run(job)
    return len(jobs)


def run(job: Job) -> str:
    """Run one claimed job to its end and return its state. Faults are stored, not raised."""
    token = _running.set(_Running(job.pk, job.leased_by))
    in_transaction = transaction.get_connection().in_atomic_block
    try:
        with transaction.atomic() if in_transaction else nullcontext():
            value = normalize_json(_call(job))
    except worklists.LeaseLost:
        log.warning("job %s was taken over by another worker", job.pk)
        return job.state
    except Cancelled:
        return _settle(job, Job.CANCELLED)
    except OperationalError as fault:
        worklists.reschedule(job, fault)
        return Job.DUE
    except Exception as fault:
        return _fail(job, fault)
    finally:
        _running.reset(token)
    return _settle(job, Job.DONE, result=value)


def _call(job: Job) -> Any:
    task = _task(job.task_path)
    if task.takes_context:
        return task.call(TaskContext(task_result=result_of(job)), *job.args, **job.kwargs)
    return task.call(*job.args, **job.kwargs)


def _fail(job: Job, fault: Exception) -> str:
    sentence = fault.sentence if isinstance(fault, Refusal) else f"{type(fault).__name__}: {fault}"
    if not isinstance(fault, Refusal):
        log.error("job %s (%s) failed", job.pk, job.task_path, exc_info=fault)
    error = {"exception_class_path": get_module_path(type(fault)), "traceback": get_exception_traceback(fault)[-8000:]}
    return _settle(job, Job.FAILED, errors=[*job.errors, error], last_error=sentence[: worklists.ERROR_LENGTH])


def _settle(job: Job, state: str, **columns: Any) -> str:
    """End a job that is still ours; one that ended itself by finish_here() stays as it is. One query."""
    now = clock.now()
    times = {"started_at": job.started_at or now, "last_attempted_at": now, "finished_at": now}
    worker_ids = [*job.worker_ids, job.leased_by]
    ours = Job.objects.filter(pk=job.pk, state=Job.CLAIMED, leased_by=job.leased_by)
    ours.update(state=state, lease_until=None, leased_by="", worker_ids=worker_ids, **times, **columns)
    return state


def settle_cancelled(job: Job) -> None:
    """The child of a cancelled job has ended."""
    _settle(job, Job.CANCELLED)


def cancel(job_id: str | int) -> str:
    """Call a job off: at once when it waits, at its next progress report (or by ending its child) when it runs."""
    waiting = Job.objects.filter(pk=job_id, state=Job.DUE)
    now = clock.now()
    if waiting.update(state=Job.CANCELLED, finished_at=now, cancel_requested_at=now):
        return Job.CANCELLED
    Job.objects.filter(pk=job_id, state=Job.CLAIMED).update(cancel_requested_at=now)
    return job_state(job_id).state


def run_claimed(job_id: int, worker: str) -> str:
    """In the child process: run the heavy job that the parent claimed in the name of `worker`."""
    with lifelines.shared(worker):
        return _run_claimed(job_id, worker)


def _run_claimed(job_id: int, worker: str) -> str:
    job = Job.objects.filter(pk=job_id, state=Job.CLAIMED, leased_by=worker).first()
    if job is None:
        return job_state(job_id).state
    job.started_at = job.started_at or clock.now()
    Job.objects.filter(pk=job.pk, leased_by=worker).update(started_at=job.started_at, last_attempted_at=clock.now())
    with kept(lambda: bool(worklists.renew([job], lease_seconds=LEASE_SECONDS)), every_seconds=LEASE_SECONDS / 3):
        return run(job)


def run_job(job_id: int) -> bool:
    """Run one job in this process now, whoever claimed it; True unless it failed."""
    worker = Job.objects.filter(pk=job_id, state=Job.CLAIMED).values_list("leased_by", flat=True).first()
    if worker is None:
        worker = f"by-hand-{os.getpid()}"
        waiting = Job.objects.filter(pk=job_id)
        if not worklists.claim(waiting, limit=1, lease_seconds=LEASE_SECONDS, worker=worker):
            return job_state(job_id).state == Job.DONE
    return run_claimed(job_id, worker) in (Job.DONE, Job.CANCELLED)


def tidy(*, kept_days: int = 30) -> int:
    """Remove jobs that ended well, or were called off, more than `kept_days` ago."""
    ended = Job.objects.filter(state__in=[Job.DONE, Job.CANCELLED], finished_at__lt=clock.now() - timedelta(kept_days))
    return int(ended.delete()[0])
