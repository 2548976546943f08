//! Installs what the tests need with the system's package manager: the PostgreSQL server, of which
//! only the binaries are used (some packages also start a server, which is left alone), Chromium with
//! the program that drives it, the tools of the documented command lines, and the languages of the samples.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::process::{find_program, line, run};

/// A package manager and its commands.
#[derive(Debug)]
struct PackageManager {
    program: &'static str,
    /// Refreshes the lists of packages, if that is a command of its own.
    update: Option<&'static [&'static str]>,
    /// Installs the packages that follow.
    install: &'static [&'static str],
    /// The package of the PostgreSQL server.
    postgres: &'static str,
    /// The packages of Chromium and of its driver.
    browser: &'static [&'static str],
    /// The packages of tools that have another name than the tool.
    tools: &'static [(&'static str, &'static str)],
    needs_root: bool,
}

/// In order of preference. Homebrew is last: on Linux the system's own manager comes first.
const PACKAGE_MANAGERS: [PackageManager; 6] = [
    PackageManager {
        program: "apt-get",
        update: Some(&["update"]),
        install: &["install", "-y", "--no-install-recommends"],
        postgres: "postgresql",
        browser: &["chromium", "chromium-driver"],
        tools: &[("node", "nodejs"), ("php", "php-cli")],
        needs_root: true,
    },
    PackageManager {
        program: "dnf",
        update: None,
        install: &["install", "-y"],
        postgres: "postgresql-server",
        browser: &["chromium", "chromedriver"],
        tools: &[("node", "nodejs"), ("php", "php-cli")],
        needs_root: true,
    },
    PackageManager {
        program: "apk",
        update: None,
        install: &["add", "--no-cache"],
        postgres: "postgresql",
        browser: &["chromium", "chromium-chromedriver"],
        tools: &[("node", "nodejs"), ("php", "php84")],
        needs_root: true,
    },
    PackageManager {
        program: "pacman",
        update: None,
        install: &["-Sy", "--noconfirm", "--needed"],
        postgres: "postgresql",
        browser: &["chromium"],
        tools: &[("python3", "python"), ("node", "nodejs")],
        needs_root: true,
    },
    PackageManager {
        program: "zypper",
        update: None,
        install: &["--non-interactive", "install"],
        postgres: "postgresql-server",
        browser: &["chromium", "chromedriver"],
        tools: &[("node", "nodejs"), ("php", "php8-cli")],
        needs_root: true,
    },
    PackageManager {
        program: "brew",
        update: None,
        install: &["install"],
        postgres: "postgresql@17",
        browser: &["--cask", "chromium", "chromedriver"],
        tools: &[("python3", "python")],
        needs_root: false,
    },
];

/// The tools of the command lines in docs/OPERATIONS.md, which a test pastes, and the languages of the samples in the
/// guide, which a test runs.
const TOOLS: [&str; 7] = ["bash", "curl", "jq", "openssl", "python3", "node", "php"];

/// The program by which tests drive Chromium. On every system it comes with Chromium, or needs its package.
const CHROMIUM_DRIVER: &str = "chromedriver";

/// Installs the server, or explains why it cannot.
pub(super) fn postgres() -> Result<()> {
    install(|manager| vec![manager.postgres])
}

/// Installs Chromium and its driver if the driver is missing. If that is not allowed, says what to install.
pub(super) fn browser(may_install: bool) -> Result<()> {
    let missing = || find_program(CHROMIUM_DRIVER).is_none();
    if missing() && may_install {
        install(|manager| manager.browser.to_vec())
            .with_context(|| format!("not installed: {CHROMIUM_DRIVER}"))?;
    }
    if missing() {
        bail!("not installed: {CHROMIUM_DRIVER}, which drives Chromium");
    }
    Ok(())
}

/// Installs those of the tools that are missing. If that is not allowed, says what to install.
pub(super) fn tools(may_install: bool) -> Result<()> {
    let missing = missing(|name| find_program(name).is_some());
    if missing.is_empty() {
        return Ok(());
    }
    if !may_install {
        bail!("not installed: {}", missing.join(", "));
    }
    install(|manager| manager.packages_of(&missing))
        .with_context(|| format!("not installed: {}", missing.join(", ")))
}

impl PackageManager {
    fn packages_of(&self, tools: &[&'static str]) -> Vec<&'static str> {
        let package = |tool: &&'static str| {
            let mut renamed = self.tools.iter();
            let package = renamed.find(|(name, _)| name == tool);
            package.map_or(*tool, |(_, package)| *package)
        };
        tools.iter().map(package).collect()
    }
}

fn missing(exists: impl Fn(&str) -> bool) -> Vec<&'static str> {
    let tools = TOOLS.into_iter();
    tools.filter(|name| !exists(name)).collect()
}

fn install(packages: impl Fn(&PackageManager) -> Vec<&'static str>) -> Result<()> {
    let exists = |name: &str| find_program(name).is_some();
    for mut command in plan(exists, is_root(), packages)? {
        run(&mut command)?;
    }
    Ok(())
}

fn plan(
    exists: impl Fn(&str) -> bool,
    is_root: bool,
    packages: impl Fn(&PackageManager) -> Vec<&'static str>,
) -> Result<Vec<Command>> {
    let Some(manager) = PACKAGE_MANAGERS
        .iter()
        .find(|manager| exists(manager.program))
    else {
        bail!("no known package manager is installed; the output above names what to install");
    };
    let with_sudo = manager.needs_root && !is_root;
    let install = [manager.install, &packages(manager)].concat();
    let update = manager.update.map(<[_]>::to_vec);
    let commands: Vec<Command> = update
        .into_iter()
        .chain([install])
        .map(|arguments| command(manager, &arguments, with_sudo))
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
        let exists = |name: &str| programs.contains(&name);
        let plan = plan(exists, is_root, |manager| vec![manager.postgres]);
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
    fn the_browser_comes_with_its_driver() {
        for (program, packages) in [
            ("apt-get", "chromium chromium-driver"),
            ("apk", "chromium chromium-chromedriver"),
            ("brew", "--cask chromium chromedriver"),
        ] {
            let plan = plan(
                |name| name == program,
                true,
                |manager| manager.browser.to_vec(),
            );
            let commands = plan.expect("a plan");
            let last = line(commands.last().expect("a command"));
            assert!(last.ends_with(packages), "{last}");
        }
    }

    #[test]
    fn only_missing_tools_are_installed() {
        assert_eq!(missing(|name| name != "jq"), ["jq"]);
        let wanted = ["curl", "php"];
        let plan = plan(|name| name == "dnf", true, |dnf| dnf.packages_of(&wanted));
        let commands = plan.expect("a plan");
        assert_eq!(line(&commands[0]), "env dnf install -y curl php-cli");
    }

    #[test]
    fn the_error_says_what_to_do_if_nothing_can_be_installed() {
        let error = lines(&["apk"], false).expect_err("no sudo");
        assert!(error.contains("apk add --no-cache postgresql"), "{error}");
        assert!(lines(&[], true).is_err());
    }
}
