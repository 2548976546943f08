//! A serving command of the built program, which ends when its value is dropped.

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
    /// Starts the command on a free port and waits until it prints its address.
    pub(super) fn start(program: &Path, arguments: &[&str]) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(arguments).args(["--port", "0", "--json"]);
        show(&command);
        // A folder without the developer's otp.toml.
        let mut child = command
            .current_dir(std::env::temp_dir())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the server")?;
        let mut output = BufReader::new(child.stdout.take().context("cannot read its output")?);
        let mut line = String::new();
        output
            .read_line(&mut line)
            .context("cannot read its output")?;
        let Some(url) = listening(&line) else {
            let _ = child.kill();
            bail!("the server did not start: {}", child.wait()?);
        };
        // The rest is read and dropped, so that the server never waits for a full pipe.
        std::thread::spawn(move || drop(output.read_to_string(&mut String::new())));
        Ok(Self { child, url })
    }

    /// Returns the URL at which it listens.
    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended already, and it has nothing to save.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads the address from the line of JSON that a serving command prints when it is ready.
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
