"""A new house: its tables are made as they are now, at once, instead of step by step as they came about.

Running every migration of an empty database takes Django a hundred times the work of its tables, since it draws all
models anew after each step. What a test holds: the tables come out the same either way, on both databases.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.core.management import call_command
from django.db import connection
from django.db.migrations import Migration, RunPython, RunSQL
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation

SHAPES = "shapes"  # the hint by which a migration says that its own words belong to the tables, not to their rows


def lay_out() -> None:
    """Make every table of an empty database and note all migrations as done. All of it or nothing."""
    executor = MigrationExecutor(connection)
    newest = executor.loader.graph.leaf_nodes()
    plan = [step for step, _backwards in executor.migration_plan(newest, clean_start=True)]
    state = executor.loader.project_state(newest)
    with connection.schema_editor(atomic=True) as editor:
        executor.recorder.ensure_schema()
        for model in state.apps.get_models():
            if model._meta.managed and not model._meta.proxy:
                editor.create_model(model)  # with the tables between two that it names
        for label, operation in _of_the_shape(plan):
            operation.database_forwards(label, editor, state, state)
        for step in plan:
            executor.recorder.record_applied(step.app_label, step.name)
    call_command("migrate", interactive=False, verbosity=0)  # nothing is left to do: it only tells the apps


def _of_the_shape(plan: Sequence[Migration]) -> Iterator[tuple[str, Operation]]:
    """What migrations say in their own words about tables. Words about rows find none in an empty database."""
    for step in plan:
        for operation in step.operations:
            if isinstance(operation, RunPython | RunSQL) and operation.hints.get(SHAPES):
                yield step.app_label, operation
