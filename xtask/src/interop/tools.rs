//! A folder with copies of the scripts and the libraries they import, so that nothing is installed
//! anywhere else on the machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::client::{Client, Language};
use crate::cargo::workspace;
use crate::process::{find_program, run};

/// The folder `target/interop`.
#[derive(Debug)]
pub(super) struct Workshop {
    folder: PathBuf,
}

impl Workshop {
    /// Copies all scripts, and installs the libraries that these of them import.
    pub(super) fn furnish(clients: &[Client]) -> Result<Self> {
        let workspace = workspace()?;
        let folder = workspace
            .target_directory
            .join("interop")
            .into_std_path_buf();
        let scripts = workspace.workspace_root.join("tests/interop");
        fs::create_dir_all(&folder).context("cannot create target/interop")?;
        // Node looks for packages in the folder of the importing script, and in the folders above it.
        for entry in fs::read_dir(&scripts).context("cannot list tests/interop")? {
            let entry = entry.context("cannot list tests/interop")?;
            fs::copy(entry.path(), folder.join(entry.file_name()))
                .context("cannot copy a script")?;
        }
        let workshop = Self { folder };
        let uses = |language| clients.iter().any(|client| client.uses(language));
        if uses(Language::Python) {
            workshop.install_python()?;
        }
        if uses(Language::Node) {
            workshop.install_node()?;
        }
        Ok(workshop)
    }

    /// Returns a command that runs the script.
    pub(super) fn script(&self, client: Client) -> Command {
        let mut command = match client.language() {
            Language::Python => Command::new(self.python()),
            Language::Node => Command::new("node"),
        };
        command.arg(client.file()).current_dir(&self.folder);
        command
    }

    fn install_python(&self) -> Result<()> {
        needs("python3", "apt-get install python3 python3-venv")?;
        // Half an environment, left by an interrupted run, has no pip.
        if !self.folder.join("venv/bin/pip").is_file() {
            let mut command = Command::new("python3");
            command
                .args(["-m", "venv", "--clear"])
                .arg(self.folder.join("venv"));
            run(&mut command).context("Debian and Ubuntu: apt-get install python3-venv")?;
        }
        self.once("requirements.txt", "venv/installed.txt", || {
            let mut command = Command::new(self.python());
            command.args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ]);
            command.args(["--requirement", "requirements.txt"]);
            command
        })
    }

    fn install_node(&self) -> Result<()> {
        needs("node", "Node.js 20 or later, apt-get install nodejs")?;
        needs("npm", "apt-get install npm")?;
        self.once("package.json", "node_modules/installed.json", || {
            let mut command = Command::new("npm");
            // A lock file names the hosts of registries; the versions that matter are exact.
            command.args(["install", "--no-package-lock", "--no-audit", "--no-fund"]);
            command.arg("--loglevel=error");
            command
        })
    }

    /// Installs a list of packages, unless the same list is installed already.
    fn once(&self, list: &str, done: &str, install: impl Fn() -> Command) -> Result<()> {
        let wanted = self.folder.join(list);
        let installed = self.folder.join(done);
        if is_same(&wanted, &installed) {
            return Ok(());
        }
        run(install().current_dir(&self.folder))?;
        fs::copy(&wanted, &installed).context("cannot write to target/interop")?;
        Ok(())
    }

    fn python(&self) -> PathBuf {
        self.folder.join("venv/bin/python")
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    let (one, other) = (fs::read(one), fs::read(other));
    one.is_ok_and(|one| other.is_ok_and(|other| one == other))
}

fn needs(program: &str, install: &str) -> Result<()> {
    if find_program(program).is_none() {
        bail!("{program} is not installed: {install}");
    }
    Ok(())
}
