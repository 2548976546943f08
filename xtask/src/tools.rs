//! Programs of cargo that this repository's checks need, installed into `target/tools`.

use std::path::PathBuf;

use anyhow::Result;

use crate::cargo::{cargo, workspace};
use crate::process::{find_program, run};

/// A program on crates.io, and the version whose results this repository expects.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
}

impl Tool {
    /// Finds the program from an earlier [`Tool::install`], or in `PATH`.
    pub(crate) fn find(self) -> Result<Option<PathBuf>> {
        let ours = tools()?.join("bin").join(self.name);
        Ok(if ours.is_file() {
            Some(ours)
        } else {
            find_program(self.name)
        })
    }

    /// Installs the program.
    pub(crate) fn install(self) -> Result<PathBuf> {
        let tools = tools()?;
        // Each runs for seconds, and takes minutes less to build without optimisation or for a debugger.
        let mut command = cargo(&["install", self.name, "--debug", "--locked"]);
        command.args(["--version", self.version]);
        command.arg("--root").arg(&tools);
        command.env("CARGO_PROFILE_DEV_DEBUG", "0");
        run(&mut command)?;
        Ok(tools.join("bin").join(self.name))
    }

    /// Finds the program, or else installs it.
    pub(crate) fn require(self) -> Result<PathBuf> {
        match self.find()? {
            Some(program) => Ok(program),
            None => self.install(),
        }
    }
}

fn tools() -> Result<PathBuf> {
    Ok(workspace()?
        .target_directory
        .join("tools")
        .into_std_path_buf())
}
