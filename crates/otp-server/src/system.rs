//! The clock, the randomness, the processors and the limits of this machine.

use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use otp_core::ports::{Clock, Randomness};
use otp_core::time::Timestamp;
use rand::Rng;
use time::OffsetDateTime;

/// The system's clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that all other code asks"
    )]
    fn now(&self) -> Timestamp {
        OffsetDateTime::now_utc().into()
    }

    fn monotonic(&self) -> Duration {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        START.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// Returns the number of threads that run use cases and drive the connections to database and provider.
/// They share the processors with the threads that read requests: with one of each per processor they wait
/// for each other, which costs a busy machine a sixth of its sends (docs/PERFORMANCE.md).
pub(crate) fn threads_of_the_runtime() -> usize {
    processors().div_ceil(2)
}

/// Returns the number of threads that read requests and write responses, if the settings say 0.
pub(crate) fn threads_of_http() -> usize {
    (processors() / 2).max(1)
}

/// Returns how many files, connections among them, this process may have open at a time.
pub(crate) fn max_open_files() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    limit.map_or(usize::MAX, |files| {
        usize::try_from(files).unwrap_or(usize::MAX)
    })
}

/// Returns the permission bits of a file; `None` if they cannot be read, or the system has none.
#[cfg(unix)]
pub(crate) fn file_mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;

    let metadata = std::fs::metadata(path);
    metadata.ok().map(|file| file.permissions().mode())
}

/// Returns `None`: the system has no permission bits.
#[cfg(not(unix))]
pub(crate) fn file_mode(_: &Path) -> Option<u32> {
    None
}

/// Returns the number of processors of this machine.
pub(crate) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// A CSPRNG per thread (ChaCha), seeded and re-seeded by the operating system.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemRandomness;

impl Randomness for SystemRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}
