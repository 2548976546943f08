//! The log of the current thread.

use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex};

use tracing::subscriber::{DefaultGuard, NoSubscriber};
use tracing::{Dispatch, Level};
use tracing_subscriber::fmt::format::FmtSpan;

/// The line that shows that the capture works.
const FIRST_LINE: &str = "the capture has begun";

/// A second subscriber of the process, which wants no line.
///
/// While there is only one, tracing asks the subscriber of the thread that is the first to log a line whether anyone
/// wants that line. If that thread has none, the line is never captured on any other.
static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::new()));

/// Captures the log of this thread, at the most talkative level, until it is finished.
pub struct LogCapture {
    lines: Lines,
    guard: DefaultGuard,
}

impl LogCapture {
    /// Begins to capture.
    #[must_use]
    pub fn start() -> Self {
        LazyLock::force(&SECOND);
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(Level::TRACE)
            .with_span_events(FmtSpan::CLOSE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        let guard = tracing::subscriber::set_default(subscriber);
        tracing::trace!("{FIRST_LINE}");
        Self { lines, guard }
    }

    /// Returns the log so far.
    pub fn text(&self) -> String {
        let bytes = self.lines.0.lock().expect("writing does not panic");
        String::from_utf8(bytes.clone()).expect("logs are UTF-8")
    }

    /// Ends the capture and returns the log.
    pub fn finish(self) -> String {
        let log = self.text();
        drop(self.guard);
        assert!(log.contains(FIRST_LINE), "nothing was captured");
        log
    }
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("writing does not panic").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_captured_even_if_a_thread_without_a_capture_is_the_first_to_log_it() {
        let log = LogCapture::start();
        let warn = || tracing::warn!("logged by both");
        std::thread::spawn(warn).join().expect("it ends");
        warn();
        assert_eq!(log.finish().matches("logged by both").count(), 1);
    }
}
