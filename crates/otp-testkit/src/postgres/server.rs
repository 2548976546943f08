//! One run of the server's process, from its start to its end.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use super::error::PostgresError;
use super::folder::ClusterFolder;
use super::watchdog::Watchdog;

/// Recovery after a crash is the slowest start; on a busy machine it takes seconds.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// The line the server logs once it accepts connections, in every version since 8.0.
const READY: &str = "database system is ready to accept connections";

/// A server that accepts connections.
#[derive(Debug)]
pub(super) struct Server {
    /// `None` once it was asked to end the server.
    watchdog: Option<Watchdog>,
    process: Child,
}

enum Sign {
    Ready,
    /// The log's end, with its last lines.
    Ended(String),
}

impl Server {
    /// Runs the command and returns when it accepts connections.
    pub(super) fn start(
        command: &mut Command,
        folder: &ClusterFolder,
    ) -> Result<Self, PostgresError> {
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(PostgresError::io("start postgres"))?;
        let log = process.stderr.take();
        let watchdog = Watchdog::watch(process.id(), folder.path(), &folder.lock_path());
        let server = match watchdog {
            Ok(watchdog) => Self {
                watchdog: Some(watchdog),
                process,
            },
            Err(error) => {
                let _ = process.kill();
                let _ = process.wait();
                return Err(error);
            }
        };
        match log
            .map(signs)
            .and_then(|signs| signs.recv_timeout(START_TIMEOUT).ok())
        {
            Some(Sign::Ready) => Ok(server),
            Some(Sign::Ended(output)) => Err(PostgresError::Failed {
                program: "postgres",
                output,
            }),
            None => Err(PostgresError::Failed {
                program: "postgres",
                output: format!("not ready after {} s", START_TIMEOUT.as_secs()),
            }),
        }
    }

    /// Ends it at once, as a crash would; its files stay.
    pub(super) fn stop(mut self) -> Result<(), PostgresError> {
        self.end()
    }

    fn end(&mut self) -> Result<(), PostgresError> {
        let Some(watchdog) = self.watchdog.take() else {
            return Ok(());
        };
        if watchdog.stop_and_keep().is_err() {
            // Somebody killed the watchdog. Then the hard way, or the wait would never end.
            self.process
                .kill()
                .map_err(PostgresError::io("kill postgres"))?;
        }
        self.process
            .wait()
            .map(drop)
            .map_err(PostgresError::io("wait for postgres"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nobody is left to tell; the folder's next sweep takes what remains.
        let _ = self.end();
    }
}

/// Reads the log to its end, so that the server never waits for a reader.
fn signs(log: impl Read + Send + 'static) -> Receiver<Sign> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || read_log(BufReader::new(log), &sender));
    receiver
}

fn read_log(log: impl BufRead, sender: &Sender<Sign>) {
    const KEPT: usize = 30;
    let mut last = VecDeque::with_capacity(KEPT);
    for line in log.split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line).into_owned();
        if line.contains(READY) {
            // Nobody may be waiting any more: the log is read on all the same.
            let _ = sender.send(Sign::Ready);
        }
        if last.len() == KEPT {
            last.pop_front();
        }
        last.push_back(line);
    }
    let _ = sender.send(Sign::Ended(Vec::from(last).join("\n")));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_ends_early_is_reported_with_its_last_lines() {
        let (sender, receiver) = mpsc::channel();
        let lines: Vec<String> = (1..=40).map(|n| format!("line {n}")).collect();
        read_log(lines.join("\n").as_bytes(), &sender);
        let Ok(Sign::Ended(output)) = receiver.recv() else {
            panic!("not reported as ended")
        };
        assert!(
            output.starts_with("line 11\n") && output.ends_with("line 40"),
            "{output}"
        );
    }

    #[test]
    fn readiness_is_seen_among_other_lines() {
        let (sender, receiver) = mpsc::channel();
        let log = format!("LOG:  starting\nLOG:  {READY}\nLOG:  more\n");
        read_log(log.as_bytes(), &sender);
        assert!(matches!(receiver.recv(), Ok(Sign::Ready)));
    }
}
