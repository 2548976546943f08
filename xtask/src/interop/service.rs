//! A serving command of the built program, which ends with the value that stands for it.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::process::show;

/// A running server.
#[derive(Debug)]
pub(super) struct Service {
    child: Child,
    url: String,
}

impl Service {
    /// Starts the command on a free port and waits until it says where it listens.
    pub(super) fn start(program: &Path, arguments: &[&str]) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(arguments).args(["--port", "0", "--json"]);
        show(&command);
        // In a folder without an otp.toml of the developer's.
        let mut child = command
            .current_dir(std::env::temp_dir())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the server")?;
        let mut output = BufReader::new(child.stdout.take().context("its output")?);
        let mut line = String::new();
        output.read_line(&mut line).context("its output")?;
        let Some(url) = listening(&line) else {
            let _ = child.kill();
            bail!("the server did not start: {}", child.wait()?);
        };
        // Read on, so that what it prints later never waits for a reader.
        std::thread::spawn(move || drop(output.read_to_string(&mut String::new())));
        Ok(Self { child, url })
    }

    /// Where it listens.
    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended already; there is nothing in it to lose.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address in the line of JSON that a serving command prints when it is ready.
fn listening(line: &str) -> Option<String> {
    let ready: serde_json::Value = serde_json::from_str(line).ok()?;
    Some(ready.get("listening")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_from_the_ready_line() {
        let url = listening(r#"{"listening": "http://127.0.0.1:1", "x": 1}"#);
        assert_eq!(url.as_deref(), Some("http://127.0.0.1:1"));
        for line in ["", "{}", "no JSON", r#"{"listening": 1}"#] {
            assert_eq!(listening(line), None, "{line}");
        }
    }
}
