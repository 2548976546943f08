//! Installs the PostgreSQL server with the system's package manager.
//!
//! Only the binaries are used. Some packages also start a server, which is left alone.

use std::process::Command;

use anyhow::{Result, bail};

use crate::process::{find_program, line, run};

/// A package manager and the commands that install the server with it.
#[derive(Debug)]
struct PackageManager {
    program: &'static str,
    commands: &'static [&'static [&'static str]],
    needs_root: bool,
}

/// In order of preference. Homebrew is last: on Linux the system's own manager comes first.
const PACKAGE_MANAGERS: [PackageManager; 6] = [
    PackageManager {
        program: "apt-get",
        commands: &[
            &["update"],
            &["install", "-y", "--no-install-recommends", "postgresql"],
        ],
        needs_root: true,
    },
    PackageManager {
        program: "dnf",
        commands: &[&["install", "-y", "postgresql-server"]],
        needs_root: true,
    },
    PackageManager {
        program: "apk",
        commands: &[&["add", "--no-cache", "postgresql"]],
        needs_root: true,
    },
    PackageManager {
        program: "pacman",
        commands: &[&["-Sy", "--noconfirm", "--needed", "postgresql"]],
        needs_root: true,
    },
    PackageManager {
        program: "zypper",
        commands: &[&["--non-interactive", "install", "postgresql-server"]],
        needs_root: true,
    },
    PackageManager {
        program: "brew",
        commands: &[&["install", "postgresql@17"]],
        needs_root: false,
    },
];

/// Installs the server, or explains why it cannot.
pub(super) fn postgres() -> Result<()> {
    let exists = |name: &str| find_program(name).is_some();
    let commands = plan(exists, is_root())?;
    for mut command in commands {
        run(&mut command)?;
    }
    Ok(())
}

fn plan(exists: impl Fn(&str) -> bool, is_root: bool) -> Result<Vec<Command>> {
    let Some(manager) = PACKAGE_MANAGERS
        .iter()
        .find(|manager| exists(manager.program))
    else {
        bail!("no known package manager is installed; the output above names what to install");
    };
    let with_sudo = manager.needs_root && !is_root;
    let commands: Vec<Command> = manager
        .commands
        .iter()
        .map(|arguments| command(manager, arguments, with_sudo))
        .collect();
    if with_sudo && !exists("sudo") {
        let lines: Vec<String> = commands.iter().map(line).collect();
        bail!(
            "not root, and sudo is missing; run as root: {}",
            lines.join("; ")
        );
    }
    Ok(commands)
}

fn command(manager: &PackageManager, arguments: &[&str], with_sudo: bool) -> Command {
    // `env` sets the variable, because sudo drops the variables of its caller.
    let mut command = Command::new(if with_sudo { "sudo" } else { "env" });
    if with_sudo {
        command.arg("env");
    }
    if manager.program == "apt-get" {
        command.arg("DEBIAN_FRONTEND=noninteractive");
    }
    command.arg(manager.program).args(arguments);
    command
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(programs: &[&str], is_root: bool) -> Result<Vec<String>, String> {
        let plan = plan(|name| programs.contains(&name), is_root);
        plan.map(|commands| commands.iter().map(line).collect())
            .map_err(|e| e.to_string())
    }

    #[test]
    fn root_needs_no_sudo() {
        let commands = lines(&["apt-get"], true).expect("a plan");
        assert_eq!(
            commands[0],
            "env DEBIAN_FRONTEND=noninteractive apt-get update"
        );
        assert!(
            commands[1].ends_with("--no-install-recommends postgresql"),
            "{commands:?}"
        );
    }

    #[test]
    fn other_users_need_sudo_except_for_homebrew() {
        let dnf = lines(&["dnf", "sudo"], false).expect("a plan");
        assert_eq!(dnf, ["sudo env dnf install -y postgresql-server"]);
        let brew = lines(&["brew"], false).expect("a plan");
        assert_eq!(brew, ["env brew install postgresql@17"]);
    }

    #[test]
    fn the_error_says_what_to_do_if_nothing_can_be_installed() {
        let error = lines(&["apk"], false).expect_err("no sudo");
        assert!(error.contains("apk add --no-cache postgresql"), "{error}");
        assert!(lines(&[], true).is_err());
    }
}
