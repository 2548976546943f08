//! The built program as a process.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

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
    child: Child,
    /// The JSON value that it printed when it was ready.
    pub ready: Value,
    /// Standard error, read by a thread so that the program never waits for a full pipe.
    stderr: Option<std::thread::JoinHandle<String>>,
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
        let mut stderr = child.stderr.take().expect("piped");
        let stderr = std::thread::spawn(move || {
            let mut text = String::new();
            // A killed process may end in the middle of a character, which is not an error here.
            drop(stderr.read_to_string(&mut text));
            text
        });
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        stdout.read_line(&mut line).expect("a line or the end");
        if line.is_empty() {
            let code = child.wait().expect("ended").code().expect("not killed");
            let stderr = stderr.join().expect("read");
            return Err(Ended {
                code,
                stdout: line,
                stderr,
            });
        }
        // The rest is read and dropped, so that the program can still print.
        std::thread::spawn(move || drop(stdout.read_to_string(&mut String::new())));
        let ready = serde_json::from_str(&line).expect("one JSON value a line");
        Ok(Self {
            child,
            ready,
            stderr: Some(stderr),
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
        self.child.id()
    }

    /// Kills it at once (SIGKILL) and returns its log.
    pub fn kill(mut self) -> String {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
        self.stderr
            .take()
            .expect("not taken before")
            .join()
            .expect("read")
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

    fn signal(&self, signal: &str) {
        let signalled = Command::new("kill")
            .args(["-s", signal, &self.child.id().to_string()])
            .status();
        assert!(signalled.expect("kill").success());
    }

    /// Waits until it ends, and returns its exit code and its log.
    pub fn wait(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().expect("ended");
        (
            status.code(),
            self.stderr
                .take()
                .expect("not taken before")
                .join()
                .expect("read"),
        )
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
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

/// Returns the path of the program: the one that `cargo xtask test` names, or else the one beside this test's binary,
/// which is built first.
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
