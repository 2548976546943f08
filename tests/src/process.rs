//! The built program as a process.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;

/// How long a test waits for a line.
const PATIENCE: Duration = Duration::from_secs(20);

/// A command of the program that has ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code.
    pub code: i32,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

impl Ended {
    /// Returns the one JSON value that the command printed. Panics if the command failed.
    pub fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{}", self.stderr);
        serde_json::from_str(&self.stdout).expect("one JSON value")
    }

    /// Returns the lines of standard error, without the one that names the database.
    pub fn errors(&self) -> Vec<&str> {
        let lines = self.stderr.lines();
        let others = lines
            .filter(|line| !line.starts_with("database: ") && !line.starts_with("{\"database\":"));
        others.collect()
    }
}

/// A command of the program that serves until it is stopped; it is killed when dropped.
pub struct Running {
    process: Process,
    /// The JSON value that it printed when it was ready.
    pub ready: Value,
    stderr: StandardError,
}

/// A process that is killed when dropped.
pub struct Process(Child);

impl Process {
    /// Returns its process id.
    pub fn id(&self) -> u32 {
        self.0.id()
    }
}

/// Standard error, read by a thread so that the program never waits for a full pipe.
struct StandardError {
    text: watch::Receiver<String>,
    reader: std::thread::JoinHandle<()>,
}

impl StandardError {
    fn read(stderr: std::process::ChildStderr) -> Self {
        let (sender, text) = watch::channel(String::new());
        let reader = std::thread::spawn(move || {
            let mut stderr = BufReader::new(stderr);
            let mut line = Vec::new();
            // A killed process may end in the middle of a character, which is not an error here.
            while stderr
                .read_until(b'\n', &mut line)
                .is_ok_and(|read| read > 0)
            {
                sender.send_modify(|text| text.push_str(&String::from_utf8_lossy(&line)));
                line.clear();
            }
        });
        Self { text, reader }
    }

    /// Returns all of it, after the program has ended.
    fn rest(self) -> String {
        self.reader.join().expect("read");
        self.text.borrow().clone()
    }
}

/// Begins a command that prints little.
pub fn begin(arguments: &[&str], environment: &[(String, String)]) -> Process {
    let child = command(arguments, environment).stdin(Stdio::null()).spawn();
    Process(child.expect("started"))
}

/// Runs a command to its end.
pub fn run(arguments: &[&str], environment: &[(String, String)], stdin: &str) -> Ended {
    let mut child = command(arguments, environment)
        .stdin(Stdio::piped())
        .spawn()
        .expect("started");
    let mut input = child.stdin.take().expect("piped");
    input
        .write_all(stdin.as_bytes())
        .expect("read by the program");
    drop(input);
    let output = child.wait_with_output().expect("ended");
    Ended {
        code: output.status.code().expect("not killed"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

impl Running {
    /// Starts a serving command and waits until it is ready. Returns its output if it ends instead.
    pub fn start(arguments: &[&str], environment: &[(String, String)]) -> Result<Self, Ended> {
        let mut child = command(arguments, environment)
            .stdin(Stdio::null())
            .spawn()
            .expect("started");
        let stderr = StandardError::read(child.stderr.take().expect("piped"));
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        stdout.read_line(&mut line).expect("a line or the end");
        if line.is_empty() {
            let code = child.wait().expect("ended").code().expect("not killed");
            return Err(Ended {
                code,
                stdout: line,
                stderr: stderr.rest(),
            });
        }
        // The rest is read and dropped, so that the program can still print.
        std::thread::spawn(move || drop(stdout.read_to_string(&mut String::new())));
        let ready = serde_json::from_str(&line).expect("one JSON value a line");
        Ok(Self {
            process: Process(child),
            ready,
            stderr,
        })
    }

    /// Returns the URL at which it listens.
    pub fn url(&self) -> &str {
        self.ready["listening"].as_str().expect("an address")
    }

    /// Returns the URL of its metrics and health, if they have an address of their own.
    pub fn internal_url(&self) -> Option<&str> {
        self.ready["internal"].as_str()
    }

    /// Returns its process id.
    pub fn id(&self) -> u32 {
        self.process.0.id()
    }

    /// Returns the most memory that it has had until now, in MiB; `None` if the system has no /proc.
    pub fn peak_memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).ok()?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = peak?.trim().strip_suffix(" kB")?.parse::<u64>().ok()?;
        Some(kib / 1_024)
    }

    /// Kills it at once (SIGKILL) and returns its log.
    pub fn kill(mut self) -> String {
        self.process.0.kill().expect("killed");
        self.process.0.wait().expect("ended");
        self.stderr.rest()
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Stops it (SIGSTOP): it keeps its connections and does nothing.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    /// Lets it go on after [`Running::freeze`].
    pub fn thaw(&self) {
        self.signal("CONT");
    }

    /// Sends SIGINT, as Ctrl-C does.
    pub fn interrupt(&self) {
        self.signal("INT");
    }

    fn signal(&self, signal: &str) {
        let signalled = Command::new("kill")
            .args(["-s", signal, &self.id().to_string()])
            .status();
        assert!(signalled.expect("kill").success());
    }

    /// Waits until its standard error has a line with these words.
    pub async fn wait_for_line(&self, words: &str) {
        let mut text = self.stderr.text.clone();
        let found = text.wait_for(|text| text.contains(words));
        let found = tokio::time::timeout(PATIENCE, found).await;
        let is_found = matches!(found, Ok(Ok(_)));
        assert!(is_found, "{words:?} not in {}", *self.stderr.text.borrow());
    }

    /// Waits until it ends, and returns its exit code and its log.
    pub fn wait(mut self) -> (Option<i32>, String) {
        let status = self.process.0.wait().expect("ended");
        (status.code(), self.stderr.rest())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn command(arguments: &[&str], environment: &[(String, String)]) -> Command {
    let mut command = Command::new(program());
    // A folder without the developer's otp.toml.
    command
        .args(arguments)
        .current_dir(std::env::temp_dir())
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Returns the path of the program: the one that `cargo xtask test` names, or else the one beside
/// this test's binary, which is built first.
#[expect(
    clippy::disallowed_methods,
    reason = "the test runner names the binary it built"
)]
pub fn program() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(named) = std::env::var_os("OTP_SERVER_BIN") {
            return PathBuf::from(named);
        }
        let built = Command::new(env!("CARGO"))
            .args(["build", "-p", "otp-server"])
            .status();
        assert!(built.expect("cargo").success(), "the server does not build");
        let test = std::env::current_exe().expect("this test has a path");
        let folder = test
            .parent()
            .and_then(|deps| deps.parent())
            .expect("target/debug");
        folder.join(format!("otp-server{}", std::env::consts::EXE_SUFFIX))
    })
}
