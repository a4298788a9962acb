"""Collects many files into one history with Spark.

Every task runs `ssoaudit collect` on some of the files, and the driver merges what the tasks wrote with one more
`ssoaudit collect`. All machines have to see the files, and a folder for what the tasks write, under the same paths. The
job needs no RDDs, so that it runs with Spark Connect, too.
"""

import argparse
import glob
import heapq
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import uuid
from collections.abc import Callable, Iterator

import pyarrow as pa
from pyspark.errors import PySparkException
from pyspark.sql import Row, SparkSession

# What a task returns.
RESULT = "inputs array<string>, history string, code bigint, messages string"

Batches = Iterator[pa.RecordBatch]

# The exit code of the program when it could not do its work.
FAILED = 2


def main() -> int:
    """Collects what the command line names, and returns the exit code."""
    arguments = parse_arguments()
    shared = os.path.abspath(arguments.shared or os.path.dirname(arguments.output))
    try:
        # Whatever happens, the driver removes what the tasks wrote.
        with tempfile.TemporaryDirectory(prefix=".parts-", dir=shared, ignore_cleanup_errors=True) as folder:
            results = run_tasks(balanced(expanded(arguments.inputs), arguments.partitions), folder)
            print("".join(result.messages for result in results), end="", file=sys.stderr)
            if any(result.code for result in results):
                print(f"error: nothing is written to {arguments.output}", file=sys.stderr)
                return FAILED
            histories = [result.history for result in results]
            return subprocess.run([program(), "collect", "-o", arguments.output, *histories], check=False).returncode
    except (OSError, ValueError, PySparkException) as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED


def parse_arguments() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description="Collect many files into one history with Spark.")
    parser.add_argument("inputs", nargs="+", metavar="PATH", help="a file, or a pattern such as 'exports/*.ndjson'")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="the history to write")
    parser.add_argument("--partitions", type=int, required=True, metavar="N", help="how many tasks read the files")
    parser.add_argument("--shared", metavar="FOLDER", help="where tasks may write [default: where the history is]")
    return parser.parse_args()


def expanded(patterns: list[str]) -> dict[str, int]:
    """Sizes of the files that patterns name; a pattern without a match is the name of a file, as in a shell."""
    names = [name for pattern in patterns for name in glob.glob(pattern) or [pattern]]
    if "-" in names:
        raise ValueError("standard input cannot be read by several tasks")
    # A task says why a file cannot be read, as the program words it.
    return {name: os.path.getsize(name) if os.path.isfile(name) else 0 for name in names}


def balanced(sizes: dict[str, int], partitions: int) -> list[list[str]]:
    """Divides files so that parts have about the same size, in the same way every time."""
    parts: list[list[str]] = [[] for _ in range(partitions)]
    loads = [(0, 0, number) for number in range(partitions)]
    for name in sorted(sizes, key=lambda name: (-sizes[name], name)):
        size, files, number = heapq.heappop(loads)
        parts[number].append(name)
        heapq.heappush(loads, (size + sizes[name], files + 1, number))
    return [part for part in parts if part]


def run_tasks(parts: list[list[str]], folder: str) -> list[Row]:
    """Makes a history of each part in a folder, and returns what became of them."""
    spark = SparkSession.builder.appName("ssoaudit collect").getOrCreate()
    try:
        # One number in every partition, and so one part for every task.
        numbers = spark.range(0, len(parts), 1, len(parts))
        results = numbers.mapInArrow(collector(parts, folder, os.getcwd()), RESULT).collect()
    finally:
        spark.stop()
    read = sorted(name for result in results for name in result.inputs)
    if read != sorted(name for part in parts for name in part):
        raise ValueError("Spark did not return the result of every part once")
    return results


def collector(parts: list[list[str]], folder: str, root: str) -> Callable[[Batches], Batches]:
    """The function of a task: from numbers of parts to what became of them."""

    def collect_parts(batches: Batches) -> Batches:
        for batch in batches:
            if batch.num_rows:
                numbers = batch.column("id").to_pylist()
                yield pa.RecordBatch.from_pylist([collect_part(parts[number], folder, root) for number in numbers])

    return collect_parts


def collect_part(inputs: list[str], folder: str, root: str) -> dict[str, object]:
    """Makes a history of some files, whose names are relative to `root`, so that it has them as they were given.

    Every attempt has a file of its own: Spark runs a task again when a machine is lost or slow, and the driver reads
    the file of the attempt whose result it got.
    """
    history = os.path.join(folder, f"{uuid.uuid4()}.parquet")
    try:
        # What is shared may be a store of objects, where a file can only be written from its beginning to its end.
        with tempfile.TemporaryDirectory() as local:
            part = os.path.join(local, "part.parquet")
            # A task is given one processor.
            command = [program(), "collect", "--threads", "1", "-o", part, "--", *inputs]
            run = subprocess.run(command, cwd=root, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
            code, messages = run.returncode, run.stderr.decode(errors="replace").replace(part, "a part")
            if code < 0:
                messages += f"error: signal {-code} ended ssoaudit, which read {inputs}\n"
            if code == 0:
                shutil.copyfile(part, history)
    except OSError as error:
        code, messages = FAILED, f"error: {error}\n"
    return {"inputs": inputs, "history": history, "code": code, "messages": messages}


def program() -> str:
    """The path of `ssoaudit`, which its wheel puts beside the Python that runs this."""
    folders = [sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)]
    found = shutil.which("ssoaudit", path=os.pathsep.join(folders))
    if found is None:
        raise FileNotFoundError(f"ssoaudit is not installed in the environment of {sys.executable}")
    return os.path.abspath(found)


if __name__ == "__main__":
    sys.exit(main())
