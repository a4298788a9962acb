//! Outputs that cannot be written, or must not be.

use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, MetadataExt, symlink};
use std::path::Path;

use super::{
    EVENTS, OTHERS, SAMPLE, WRITERS, allow, every_reader, fifo, names, open_folder, run, run_strings, shell,
    unprivileged, writing,
};
use crate::support::run::{command, fixture};

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_of_every_command_and_format() {
    let others = OTHERS.iter().map(|args| args.to_vec());
    for mut args in every_reader().into_iter().chain(others) {
        let is_reader = !OTHERS.contains(&args.as_slice());
        args.extend(is_reader.then_some(SAMPLE));
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = command(&args);
        command.stdout(full);
        let run = run(command);
        assert_eq!(run.code, 2, "{args:?}");
        let last = run.stderr.lines().last().unwrap_or_default();
        assert!(last.starts_with("error: writing "), "{args:?}: {}", run.stderr);
        assert!(last.contains("No space left on device"), "{args:?}: {last}");
    }
}

/// A limit on the size of files stands in for a disk that fills up while a file grows.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_grow_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    fs::write(&out, "what was there").unwrap();
    for writer in WRITERS {
        let args = writing(writer, &out, SAMPLE).join(" ");
        let run = run(shell(&format!("trap '' XFSZ; ulimit -f 0; exec ssoaudit {args}")));
        assert_eq!(run.code, 2, "{args}");
        assert!(run.stderr.contains("error: writing "), "{args}: {}", run.stderr);
        assert!(run.stderr.contains("File too large"), "{args}: {}", run.stderr);
        assert_eq!(names(folder.path()), ["out"], "{args}");
        assert_eq!(fs::read_to_string(&out).unwrap(), "what was there", "{args}");
    }
}

#[test]
fn an_output_that_cannot_be_written_is_refused_before_anything_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let missing = folder.path().join("missing/out");
    let in_file = file.join("out");
    let mut unwritable = vec![missing.as_path(), &in_file, folder.path()];
    if cfg!(target_os = "linux") {
        // Not even root can create a file there.
        unwritable.push(Path::new("/proc/out"));
    }
    for path in unwritable {
        for writer in WRITERS {
            // Reading this would be an error of its own.
            let run = run_strings(&writing(writer, path, "no/such/input"));
            assert_eq!(run.code, 2, "{path:?} {writer:?}");
            assert_eq!(run.stderr.lines().count(), 1, "{path:?} {writer:?}: {}", run.stderr);
            let place = if path == folder.path() { path } else { path.parent().unwrap() };
            assert!(run.stderr.contains(place.to_str().unwrap()), "{writer:?}: {}", run.stderr);
            assert_eq!(run.stdout, "", "{path:?} {writer:?}");
        }
        let init = run(command(&["init", "--force", path.to_str().unwrap()]));
        assert_eq!(init.code, 2, "{path:?}: {}", init.stderr);
    }
    assert_eq!(names(folder.path()), ["file"]);
}

#[test]
fn a_folder_without_permission_is_named() {
    let folder = open_folder();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    allow(&closed, 0o555);
    let out = closed.join("out");
    for writer in WRITERS {
        let args = writing(writer, &out, "/dev/null");
        let args: Vec<_> = args.iter().map(String::as_str).collect();
        let run = run(unprivileged(&args, folder.path()));
        assert_eq!(run.code, 2, "{args:?}: {}", run.stderr);
        assert!(run.stderr.contains(closed.to_str().unwrap()), "{args:?}: {}", run.stderr);
        assert!(run.stderr.contains("Permission denied"), "{args:?}: {}", run.stderr);
    }
    assert!(names(&closed).is_empty());
}

/// A name for the input that leads to the same file, and how it is told.
fn other_names(folder: &Path, input: &Path) -> Vec<std::path::PathBuf> {
    let (soft, hard) = (folder.join("soft"), folder.join("hard"));
    symlink(input, &soft).unwrap();
    fs::hard_link(input, &hard).unwrap();
    vec![input.to_owned(), folder.join("exports/../exports/./in.ndjson"), soft, hard]
}

#[test]
fn an_output_that_is_an_input_is_refused_whatever_it_is_called() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("exports")).unwrap();
    let input = folder.path().join("exports/in.ndjson");
    fs::write(&input, fixture("inputs/events.ndjson")).unwrap();
    let inode = input.metadata().unwrap().ino();
    let outputs = other_names(folder.path(), &input);
    let exports = folder.path().join("exports");
    for output in &outputs {
        for writer in WRITERS {
            for read in [&input, &exports] {
                let run = run_strings(&writing(writer, output, read.to_str().unwrap()));
                assert_eq!(run.code, 2, "{output:?} {writer:?}");
                assert!(run.stderr.contains("is the input"), "{output:?} {writer:?}: {}", run.stderr);
            }
        }
    }
    let piped = shell(&format!("ssoaudit filter --output {0} < {0}", input.display()));
    assert!(run(piped).stderr.contains("is the input <stdin>"));
    assert_eq!(fs::read(&input).unwrap(), fixture("inputs/events.ndjson"));
    assert_eq!(input.metadata().unwrap().ino(), inode);
    assert_eq!(names(folder.path()), ["exports", "hard", "soft"]);
}

#[test]
fn standard_output_that_is_an_input_does_not_feed_on_itself() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.ndjson");
    for read in [log.to_str().unwrap(), folder.path().to_str().unwrap(), "-"] {
        fs::write(&log, fixture("inputs/events.ndjson")).unwrap();
        for args in every_reader() {
            let args = args.join(" ");
            // The limit is for a program that does.
            let run =
                run(shell(&format!("ulimit -f 2048; ssoaudit {args} {read} < {0} >> {0}", log.display())));
            assert_eq!(run.code, 2, "{args} {read}");
            assert!(run.stderr.starts_with("error: standard output is the input "), "{args}: {}", run.stderr);
        }
        assert_eq!(fs::read(&log).unwrap(), fixture("inputs/events.ndjson"));
    }
}

/// What others write to as well is written into, wherever it leads.
#[test]
fn streams_that_are_open_keep_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let (input, log_name) = (crate::support::run::testdata("inputs/events.ndjson"), log.display());
    let events = fixture("inputs/events.ndjson").iter().filter(|byte| **byte == b'\n').count();
    for output in ["--output -", "--output /dev/stdout", "--output /dev/fd/1", "--output /dev/stderr"] {
        let script = format!(
            "{{ echo before; ssoaudit filter --format ndjson {output} {}; echo after; }} > {log_name} 2>&1",
            input.display()
        );
        assert_eq!(run(shell(&script)).code, 0, "{output}");
        let text = fs::read_to_string(&log).unwrap();
        assert!(text.starts_with("before\n") && text.ends_with("after\n"), "{output}: {text}");
        assert_eq!(text.lines().count(), events + 2, "{output}");
    }
    let script =
        format!("ssoaudit check --format json=/dev/stdout --format table {} > {log_name}", input.display());
    let twice = run(shell(&script));
    assert_eq!(twice.code, 2);
    assert!(twice.stderr.contains("two outputs cannot both go to standard output"), "{}", twice.stderr);
    assert_eq!(names(folder.path()), ["log"]);
}

/// Under its name, a file takes the place of what was there; a device or a pipe must stay what it is.
#[test]
fn a_pipe_is_written_into_and_a_link_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    fifo(&pipe);
    for writer in WRITERS {
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || {
                let mut bytes = Vec::new();
                File::open(pipe).unwrap().read_to_end(&mut bytes).map(|_| bytes).unwrap()
            }
        });
        let run = run_strings(&writing(writer, &pipe, EVENTS));
        // A program that replaced the pipe would leave its reader waiting.
        assert!(pipe.metadata().unwrap().file_type().is_fifo(), "{writer:?}: {}", run.stderr);
        assert!(run.code < 2, "{writer:?}: {}", run.stderr);
        let is_parquet = writer.0.contains(&"parquet");
        let start: &[u8] = if is_parquet { b"PAR1" } else { b"{" };
        assert!(reader.join().unwrap().starts_with(start), "{writer:?}");
    }
    let (file, link) = (folder.path().join("file"), folder.path().join("link"));
    fs::write(&file, "old").unwrap();
    symlink("file", &link).unwrap();
    assert_eq!(run_strings(&writing(&WRITERS[0], &link, EVENTS)).code, 0);
    assert!(link.is_symlink());
    assert_eq!(fs::read(&file).unwrap(), fixture("inputs/events.ndjson"));
    assert_eq!(names(folder.path()), ["file", "link", "pipe"]);
    // Only after pipes are known to be safe: root could replace the device.
    if cfg!(target_os = "linux") {
        for writer in WRITERS {
            let run = run_strings(&writing(writer, Path::new("/dev/full"), SAMPLE));
            assert_eq!(run.code, 2, "{writer:?}");
            assert!(run.stderr.contains("No space left on device"), "{writer:?}: {}", run.stderr);
            assert!(Path::new("/dev/full").metadata().unwrap().file_type().is_char_device());
        }
        let run = run_strings(&writing(&WRITERS[0], Path::new("/dev/stdout"), EVENTS));
        assert_eq!(run.stdout.as_bytes(), fixture("inputs/events.ndjson"));
    }
}
