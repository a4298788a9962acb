//! `examples/spark`: what executors in processes of their own collect is what one process collects.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use tempfile::TempDir;

use crate::history::{assert_same, collect, commands, counted, lines, query};
use crate::support::run::{Run, root};
use crate::support::tools::not_checked;

/// The Python that has PySpark and our wheel. `.ci/run` makes its environment.
const PYTHON: &str = "SSOAUDIT_SPARK";

/// Two executors of one core and 1024 MiB each.
const CLUSTER: &str = "local-cluster[2,1,1024]";
/// One process for everything.
const LOCAL: &str = "local[1]";

/// A Java that starts quickly, as nothing here takes long.
const JAVA: &str = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

const FILES: usize = 24;

/// The Python with PySpark, if there is one here.
fn python(consequence: &str) -> Option<PathBuf> {
    let python = std::env::var_os(PYTHON).map(PathBuf::from).filter(|python| python.is_file());
    if python.is_none() {
        not_checked("spark", consequence);
    }
    python
}

/// Runs a Python program in a folder as a job. What it prints is on standard output, as standard error is Spark's.
fn submit(python: &Path, folder: &Path, master: &str, args: &[impl AsRef<OsStr>]) -> Run {
    let output = Command::new(python.with_file_name("spark-submit"))
        .args(["--master", master, "--conf", "spark.ui.enabled=false"])
        .args(
            ["driver", "executor"]
                .iter()
                .flat_map(|of| ["--conf".to_owned(), format!("spark.{of}.extraJavaOptions={JAVA}")]),
        )
        .args(args)
        .env("PYSPARK_PYTHON", python)
        .env("SPARK_LOCAL_IP", "127.0.0.1")
        .env_remove("SPARK_HOME")
        .current_dir(folder)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code().unwrap_or(-1) }
}

/// Runs the example.
fn submit_collect(python: &Path, folder: &Path, master: &str, args: &[&str]) -> Run {
    let example = root().join("examples/spark/collect.py");
    let args: Vec<_> = [example.as_os_str()].into_iter().chain(args.iter().map(OsStr::new)).collect();
    submit(python, folder, master, &args)
}

/// Files with the lines of all fixtures, many of them in two files, some of these packed, and one without a line.
fn exports() -> (TempDir, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("exports")).unwrap();
    let mut files = vec![Vec::new(); FILES - 1];
    for (at, line) in lines().into_iter().enumerate() {
        files[at / 7 % (FILES - 1)].extend(&line);
        if at % 3 == 0 {
            files[at % (FILES - 1)].extend(&line);
        }
    }
    files.push(Vec::new());
    let names = files.into_iter().enumerate().map(|(number, bytes)| {
        let is_packed = number % 8 == 0;
        let name = format!("exports/{number}.ndjson{}", if is_packed { ".gz" } else { "" });
        let path = folder.path().join(&name);
        if is_packed {
            let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
            packed.write_all(&bytes).unwrap();
            fs::write(path, packed.finish().unwrap()).unwrap();
        } else {
            fs::write(path, bytes).unwrap();
        }
        name
    });
    let names = names.collect();
    (folder, names)
}

/// What is in a folder, hidden or not.
fn entries(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

#[test]
fn executors_say_what_one_process_says() {
    let Some(python) = python("that executors say what one process says") else { return };
    let (folder, names) = exports();
    let folder = folder.path();
    let run =
        submit_collect(&python, folder, CLUSTER, &["exports/*", "-o", "spark.parquet", "--partitions", "5"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(entries(folder), ["exports", "spark.parquet"]);
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    assert_same(folder, &commands(), [&names, &["spark.parquet"]]);
    collect(folder, &names, "one.parquet");
    let [one, spark] = ["one.parquet", "spark.parquet"].map(|name| fs::read(folder.join(name)).unwrap());
    assert!(one == spark, "the histories differ");
}

#[test]
fn a_task_that_fails_says_why_and_leaves_nothing() {
    let Some(python) = python("that a job with a missing file fails") else { return };
    let (folder, _) = exports();
    let args = ["exports/1.ndjson", "missing.ndjson", "-o", "spark.parquet", "--partitions", "2"];
    let run = submit_collect(&python, folder.path(), LOCAL, &args);
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    for message in ["error: missing.ndjson: No such file", "error: nothing is written to spark.parquet"] {
        assert!(run.stdout.contains(message), "{}", run.stdout);
    }
    assert_eq!(entries(folder.path()), ["exports"]);
}

#[test]
fn the_wheel_says_what_the_manifest_says() {
    let Some(python) = python("that the wheel has the version of the program") else { return };
    let metadata = "
from importlib.metadata import distribution
wheel = distribution('ssoaudit')
print(*(wheel.metadata[key] for key in ('Version', 'License', 'Summary')), sep='\\n')
print(*(file.name for file in wheel.files if file.parent.name in ('bin', 'licenses')), sep='\\n')";
    let output = Command::new(python).args(["-c", metadata]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let mut said: Vec<_> = said.lines().collect();
    said[3..].sort_unstable();
    let manifest = [env!("CARGO_PKG_VERSION"), env!("CARGO_PKG_LICENSE"), env!("CARGO_PKG_DESCRIPTION")];
    assert_eq!(said, [&manifest[..], &["LICENSE-APACHE", "LICENSE-MIT", "ssoaudit"]].concat());
}

/// Prints the rows of a query as JSON.
const SPARK_SQL: &str = "
import json, sys
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
rows = [list(row) for row in spark.sql(sys.argv[1]).collect()]
spark.stop()
print(json.dumps(rows))
";

#[test]
fn spark_sql_counts_what_summary_counts() {
    let Some(python) = python("the query for Spark SQL in docs/scale.md") else { return };
    let (folder, counted) = counted();
    fs::write(folder.path().join("query.py"), SPARK_SQL).unwrap();
    let run = submit(&python, folder.path(), LOCAL, &["query.py", &query("Spark SQL")]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(serde_json::from_str::<Value>(&run.stdout).unwrap(), counted);
}
