//! The output of a step: into a file, and from there to the reader if the step fails.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::progress::Progress;
use super::{PROGRAM, REMARK};

/// The interval at which the progress is shown again while a step prints nothing.
const TICK: Duration = Duration::from_secs(1);

/// The output of one step.
#[derive(Debug)]
pub(super) struct Output {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: File,
    progress: Progress,
    program: Option<String>,
    remarks: Vec<String>,
}

impl Output {
    pub(super) fn create(path: &Path, progress: Progress) -> Result<Self> {
        let file =
            File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        progress.begin();
        Ok(Self {
            path: path.to_owned(),
            state: Mutex::new(State {
                file,
                progress,
                program: None,
                remarks: Vec::new(),
            }),
        })
    }

    /// Runs the command with its output here, and fails if it fails.
    pub(super) fn of(&self, command: &mut Command) -> Result<()> {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start the step")?;
        let streams: [Option<Box<dyn Read + Send>>; 2] = [
            child.stdout.take().map(|stream| Box::new(stream) as _),
            child.stderr.take().map(|stream| Box::new(stream) as _),
        ];
        let (ended, end) = channel::<()>();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                while end.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                    self.with(|state| state.progress.tick());
                }
            });
            let readers: Vec<_> = streams
                .into_iter()
                .flatten()
                .map(|stream| scope.spawn(|| self.take(stream)))
                .collect();
            for reader in readers {
                // A reader that panicked has lost lines of a log, not the result.
                drop(reader.join());
            }
            drop(ended);
        });
        let status = child.wait().context("cannot wait for the step")?;
        if !status.success() {
            bail!("{status}");
        }
        Ok(())
    }

    /// Ends the line of the step. If it failed, prints what its output says about that.
    pub(super) fn finish(&self, took: Duration, outcome: &Result<()>) -> Result<()> {
        let is_verbose = self.with(|state| {
            state.progress.finish(took, outcome.is_ok());
            for remark in &state.remarks {
                println!("{:16}{remark}", "");
            }
            state.progress.is_verbose()
        });
        if let Err(error) = outcome
            && !is_verbose
        {
            let text = std::fs::read_to_string(&self.path).context("cannot read the output")?;
            let lines: Vec<&str> = text.lines().filter(|line| is_telling(line)).collect();
            println!(
                "{}\n{error:#}; the whole output: {}",
                lines.join("\n"),
                self.path.display()
            );
        }
        Ok(())
    }

    /// The path of the program that the step has built.
    pub(super) fn program(&self) -> Option<String> {
        self.with(|state| state.program.clone())
    }

    /// The numbers of tests that passed and failed.
    pub(super) fn tests(&self) -> (usize, usize) {
        self.with(|state| state.progress.tests())
    }

    fn take(&self, stream: impl Read) {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        // Tests may print what is not text.
        while stream
            .read_until(b'\n', &mut line)
            .is_ok_and(|count| count > 0)
        {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            self.with(|state| {
                // A full disk ends the step itself; its log is not what matters then.
                drop(writeln!(state.file, "{text}"));
                state.progress.observe(&text);
                if let Some(remark) = text.strip_prefix(REMARK) {
                    state.remarks.push(remark.to_owned());
                }
                if let Some(path) = text.strip_prefix(PROGRAM) {
                    state.program = Some(path.to_owned());
                }
            });
            line.clear();
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whether a line helps to understand a failure: not if it is about something that went well.
fn is_telling(line: &str) -> bool {
    let word = line.split_whitespace().next().unwrap_or_default();
    let is_cargos = line.starts_with(' ')
        && matches!(
            word,
            "Blocking"
                | "Checking"
                | "Compiling"
                | "Documenting"
                | "Downloaded"
                | "Downloading"
                | "Finished"
                | "Fresh"
                | "Running"
                | "Doc-tests"
        );
    let went_well = word == "test" && (line.ends_with("... ok") || line.contains("... ignored"));
    let is_header = word == "running" || line.starts_with("test result: ok");
    !(is_cargos || went_well || is_header)
}

#[cfg(test)]
mod tests {
    use super::super::step::Step;
    use super::*;

    #[test]
    fn a_failure_is_told_without_what_went_well() {
        let output = "   Compiling otp-core v0.1.0\nrunning 2 tests\ntest a ... ok\n\
                      test b ... FAILED\ntest result: ok. 1 passed; 0 failed\n\
                      error[E0063]: missing field\n   --> src/a.rs:1";
        let told: Vec<_> = output.lines().filter(|line| is_telling(line)).collect();
        assert_eq!(
            told,
            [
                "test b ... FAILED",
                "error[E0063]: missing field",
                "   --> src/a.rs:1"
            ]
        );
    }

    #[test]
    fn both_streams_go_to_the_file_and_the_exit_code_is_the_outcome() {
        let path = std::env::temp_dir().join(format!("xtask-output-{}.log", std::process::id()));
        let progress = Progress::new(Step::Build, 1, 1, false);
        let output = Output::create(&path, progress).expect("a file");
        let script = "echo out; echo 'program: /a b'; echo err >&2; \
                      echo 'test result: FAILED. 3 passed; 1 failed; 0 ignored'; exit 4";
        let outcome = output.of(Command::new("sh").args(["-c", script]));
        assert!(outcome.expect_err("it fails").to_string().contains('4'));
        assert_eq!(output.program().as_deref(), Some("/a b"));
        assert_eq!(output.tests(), (3, 1));
        let written = std::fs::read_to_string(&path).expect("the file");
        std::fs::remove_file(&path).expect("the file");
        assert!(
            written.contains("out\n") && written.contains("err\n"),
            "{written}"
        );
    }
}
