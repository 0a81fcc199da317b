"""The distributed engine: PySpark on this machine's cores or on a cluster that sees the same folder."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal
from regulars.standings.copying import Copied, quoted
from regulars.standings.engines.places import places

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

JAVA_FROM = 17
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class Spark:
    """Frames of one session; what is kept stays in the memory (or on the disks) of the workers."""

    def __init__(
        self, session: SparkSession, files: dict[str, str], home: Path, link: duckdb.DuckDBPyConnection
    ) -> None:
        self._session, self._files, self._home, self._link = session, files, home, link
        self._kept: dict[str, DataFrame] = {}

    def table(self, name: str) -> DataFrame:
        if name in self._kept:
            return self._kept[name]
        return self._session.read.parquet(f"file://{self._files[name]}")

    def keep(self, name: str, frame: DataFrame) -> DataFrame:
        self._kept[name] = frame.persist()
        return self._kept[name]

    def hand_over(self, name: str, frame: DataFrame) -> None:
        """Write it where this machine can read it; the frame itself never passes through the driver."""
        place = self._home / name
        frame.write.mode("overwrite").parquet(f"file://{place}")
        files = quoted(f"{place}/*.parquet")
        self._link.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet({files})")
        self._kept[name] = self._session.read.parquet(f"file://{place}")

    def close(self) -> None:
        for frame in self._kept.values():
            frame.unpersist()


@contextmanager
def spark(copied: Copied, *, home: str, connection: duckdb.DuckDBPyConnection, master: str) -> Iterator[Spark]:
    """Begin a session, or use the one that runs; it ends with what it kept."""
    session, is_ours = _session(master)
    folder = Path(home) / "spark"
    engine = Spark(session, places(copied), folder, connection)
    try:
        for name in ("people", "standings"):  # small, and wanted by the comparison as well
            place = quoted(places(copied)[name])
            connection.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet({place})")
        yield engine
    finally:
        engine.close()
        if is_ours:
            session.stop()
        shutil.rmtree(folder, ignore_errors=True)


def why_spark_cannot_run() -> str:
    """Say what is missing on this machine; empty when nothing is."""
    try:
        import pyspark  # noqa: F401
    except ImportError:
        return _("PySpark is not installed. Install Regulars with its Spark part: pip install 'regulars[spark]'.")
    java = _java()
    if java is None:
        return _("Java is missing. Spark needs Java %(n)d or newer on this machine.") % {"n": JAVA_FROM}
    if java < JAVA_FROM:
        return _("Java %(found)d is too old. Spark needs Java %(n)d or newer on this machine.") % {
            "found": java,
            "n": JAVA_FROM,
        }
    return ""


def _java() -> int | None:
    """The major version of the Java that Spark would start; none where there is none."""
    home = os.environ.get("JAVA_HOME")
    program = shutil.which(str(Path(home) / "bin" / "java")) if home else shutil.which("java")
    if program is None:
        return None
    said = subprocess.run(
        [program, "-XshowSettings:properties", "-version"], capture_output=True, text=True, check=False
    )
    for line in said.stderr.splitlines():
        name, _equals, value = line.strip().partition(" = ")
        if name == "java.specification.version":
            return int(value.removeprefix("1."))
    return None


def _session(master: str) -> tuple[Any, bool]:
    missing = why_spark_cannot_run()
    if missing:
        raise Refusal(missing)
    from pyspark.sql import SparkSession

    running = SparkSession.getActiveSession()
    if running is not None and running.sparkContext.master == master:
        return running, False
    builder = SparkSession.builder.master(master).appName("regulars")
    for name, value in _options(master).items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session, True


def _options(master: str) -> dict[str, str]:
    """What a grading needs; everything else is left to `spark-defaults.conf` in SPARK_CONF_DIR."""
    options = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.driver.memory": os.environ.get("SPARK_DRIVER_MEMORY", "1g"),
    }
    is_here = master.startswith("local") or master.removeprefix("spark://").startswith(LOOPBACK)
    if is_here:
        options |= {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
        }
    return options
