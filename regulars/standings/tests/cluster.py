"""A standalone Spark cluster on loopback: a master and two workers, begun with the programs that come with PySpark."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

BEGIN_SECONDS = 120
STOP_SECONDS = 10
FOR_A_FEW_ROWS = """\
spark.executor.memory 512m
spark.sql.shuffle.partitions 2
spark.sql.adaptive.enabled false
spark.sql.codegen.wholeStage false
spark.sql.codegen.factoryMode NO_CODEGEN
spark.driver.extraJavaOptions -XX:+UseSerialGC -XX:TieredStopAtLevel=1
spark.executor.extraJavaOptions -XX:+UseSerialGC -XX:TieredStopAtLevel=1
"""


@contextmanager
def a_cluster(folder: Path, workers: int = 2) -> Iterator[str]:
    """Give the address of a master with so many workers of one core each; everything is gone afterwards."""
    import pyspark

    home = Path(pyspark.__file__).parent
    port, page = _free_port(), _free_port()
    address = f"spark://127.0.0.1:{port}"
    known = {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m"}
    here = ("--host", "127.0.0.1", "--webui-port")
    with ExitStack() as stack:

        def begin(name: str, *arguments: str) -> None:
            program = str(home / "bin" / "spark-class")
            log = stack.enter_context((folder / "cluster.log").open("ab"))
            process = subprocess.Popen(
                [program, f"org.apache.spark.deploy.{name}", *arguments],
                env={**os.environ, **known}, stdout=log, stderr=log,
            )  # fmt: skip
            stack.callback(_end, process)

        begin("master.Master", *here, str(page), "--port", str(port))
        for number in range(workers):
            room = ("--cores", "1", "--memory", "640m", "--work-dir", str(folder / f"worker-{number}"))
            begin("worker.Worker", *here, "0", *room, address)
        _wait_for_workers(page, workers)
        yield address


def settings_for_a_few_rows(folder: Path) -> str:
    """Write what makes Spark quick with a few hundred rows; the answer goes into SPARK_CONF_DIR."""
    (folder / "spark-defaults.conf").write_text(FOR_A_FEW_ROWS)
    return str(folder)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _wait_for_workers(page: int, workers: int) -> None:
    until = time.monotonic() + BEGIN_SECONDS
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{page}/json/", timeout=5) as answer:
                if answer.read().decode().count('"ALIVE"') >= workers + 1:  # the master says it of itself as well
                    return
        except OSError:
            pass
        time.sleep(0.2)
    raise RuntimeError("The cluster did not come up.")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
