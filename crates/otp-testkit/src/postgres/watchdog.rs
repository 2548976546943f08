//! Ends a server when its owner dies, by whatever death.
//!
//! A test process may be killed, and its statics are never dropped, so that somebody else has
//! to clean up: a small shell that waits on a pipe of which we hold the other end. The kernel
//! closes our end when we die. That needs no tool beyond `sh`, and works on every Unix.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::error::PostgresError;

/// SIGQUIT is PostgreSQL's immediate shutdown: it ends at once and writes no checkpoint.
/// The folder can go only after the server, which may be an orphan nobody reaps: hence the
/// bounded wait. Signals meant for the tests are ignored, or Ctrl-C would kill the cleaner.
const SCRIPT: &str = r#"
trap '' HUP INT TERM
read -r order
kill -QUIT "$1" 2>/dev/null
[ "$order" = keep ] && exit 0
tries=0
while kill -0 "$1" 2>/dev/null && [ "$tries" -lt 100 ]; do
    sleep 0.05
    tries=$((tries + 1))
done
rm -rf "$2" && rm -f "$3"
"#;

/// The watcher of one running server.
#[derive(Debug)]
pub(super) struct Watchdog(Child);

impl Watchdog {
    /// Watches over the process `server`, whose files are in `folder`.
    pub(super) fn watch(server: u32, folder: &Path, lock: &Path) -> Result<Self, PostgresError> {
        Command::new("sh")
            .args(["-c", SCRIPT, "otp-test-postgres-watchdog"])
            .arg(server.to_string())
            .arg(folder)
            .arg(lock)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            // Inherited: whoever reads our errors to their end also waits for the clean-up.
            .stderr(Stdio::inherit())
            // A group of its own, or the death of the tests' group would take it along.
            .process_group(0)
            .spawn()
            .map(Self)
            .map_err(PostgresError::io("start sh"))
    }

    /// Ends the server and keeps its files.
    pub(super) fn stop_and_keep(mut self) -> Result<(), PostgresError> {
        if let Some(mut pipe) = self.0.stdin.take() {
            pipe.write_all(b"keep\n")
                .map_err(PostgresError::io("reach the watchdog"))?;
        }
        self.0
            .wait()
            .map(drop)
            .map_err(PostgresError::io("wait for the watchdog"))
    }
}
