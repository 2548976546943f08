//! Programs that serve until they are dropped, and the processor time and memory that they use.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use serde_json::Value;

/// A program that has printed its address; it is killed when dropped.
pub(crate) struct Process {
    child: Child,
    url: String,
}

impl Process {
    /// Starts the program and waits until it prints its address. It formats and writes its log as
    /// always; the system discards the log.
    pub(crate) fn start(
        program: &Path,
        arguments: &[&str],
        environment: &[(String, String)],
    ) -> anyhow::Result<Self> {
        // A folder without the developer's otp.toml.
        let mut child = Command::new(program)
            .args(arguments)
            .current_dir(std::env::temp_dir())
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let stdout = child.stdout.take().context("piped")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let said: Value = serde_json::from_str(&line)
            .with_context(|| format!("{} {arguments:?} did not start", program.display()))?;
        let url = said["listening"].as_str().context("no address")?.to_owned();
        Ok(Self { child, url })
    }

    /// Host and port.
    pub(crate) fn address(&self) -> String {
        self.url.trim_start_matches("http://").to_owned()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Clock ticks a second in /proc: 100 on every Linux that Rust runs on.
const TICK: Duration = Duration::from_millis(10);

/// Returns the processor time that a process has used, and with `family` also its children, dead or
/// alive. `None` if the system has no /proc.
pub(crate) fn processor_time(process: u32, family: bool) -> Option<Duration> {
    let [own, dead_children] = ticks(process)?;
    let mut total = own;
    if family {
        total += dead_children;
        for child in children(process) {
            total += ticks(child).map_or(0, |[own, _]| own);
        }
    }
    Some(TICK * u32::try_from(total).ok()?)
}

/// Returns the parent of a process.
pub(crate) fn parent(process: u32) -> Option<u32> {
    fields(process)?.get(1)?.parse().ok()
}

/// Returns the memory that a process uses now, and its peak, in MiB.
pub(crate) fn memory(process: u32) -> Option<(f64, f64)> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let mib = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse().ok()?;
        Some(kib / 1_024.0)
    };
    Some((mib("VmRSS:")?, mib("VmHWM:")?))
}

/// Returns user plus system time: that of the process, and that of its dead children.
fn ticks(process: u32) -> Option<[u64; 2]> {
    let fields = fields(process)?;
    let sum = |from: usize| {
        let two = fields.get(from..from + 2)?.iter();
        two.map(|field| field.parse::<u64>().ok())
            .sum::<Option<u64>>()
    };
    // Fields 14 to 17 of proc(5); the first field here is number 3.
    Some([sum(11)?, sum(13)?])
}

/// Returns the fields of a process in /proc from the third on; the second may contain spaces.
fn fields(process: u32) -> Option<Vec<String>> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(") ")?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

fn children(process: u32) -> Vec<u32> {
    let tasks = format!("/proc/{process}/task/{process}/children");
    let children = std::fs::read_to_string(tasks).unwrap_or_default();
    let ids = children.split_whitespace();
    ids.filter_map(|id| id.parse().ok()).collect()
}
