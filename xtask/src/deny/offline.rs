//! The rules of `deny.toml` that can be checked with what cargo knows: licences, banned crates and
//! sources of every dependency. cargo-deny checks more (the texts of licences, other platforms).

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail};
use cargo_metadata::semver::VersionReq;
use cargo_metadata::{CargoOpt, Metadata, MetadataCommand, Package};
use spdx::{Expression, ParseMode};
use toml::{Table, Value};

use crate::cargo::workspace;

/// The one allowed registry.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Checks this machine's dependencies, prints the findings, and fails if there are any.
pub(super) fn check() -> Result<()> {
    let root = workspace()?.workspace_root;
    let rules = std::fs::read_to_string(root.join("deny.toml")).context("cannot read deny.toml")?;
    let rules = Rules::parse(&rules)?;
    let metadata = MetadataCommand::new()
        .features(CargoOpt::AllFeatures)
        .other_options(vec![
            "--locked".to_owned(),
            format!("--filter-platform={}", host()?),
        ])
        .exec()
        .context("cannot read the dependencies")?;
    let findings = rules.findings(&metadata);
    for finding in &findings {
        println!("{finding}");
    }
    println!("{} packages were checked", metadata.packages.len());
    if findings.is_empty() {
        Ok(())
    } else {
        bail!("{} finding(s)", findings.len())
    }
}

/// Returns the platform for which cargo builds here, such as `x86_64-unknown-linux-gnu`.
fn host() -> Result<String> {
    let output = std::process::Command::new("rustc")
        .arg("-vV")
        .output()
        .context("cannot start rustc")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc names no host")
}

/// The rules of `deny.toml`.
#[derive(Debug)]
struct Rules {
    licences: Vec<String>,
    exceptions: Vec<Exception>,
    bans: Vec<Ban>,
}

/// A crate that may have further licences.
#[derive(Debug)]
struct Exception {
    name: String,
    licences: Vec<String>,
}

/// A crate that must not be used.
#[derive(Debug)]
struct Ban {
    name: String,
    versions: VersionReq,
    /// The packages that may use it nevertheless; if empty, none.
    wrappers: Vec<String>,
    reason: String,
}

impl Rules {
    fn parse(text: &str) -> Result<Self> {
        let table: Table = text.parse().context("deny.toml")?;
        let bans = list(&table, "bans", "deny");
        let exceptions = list(&table, "licenses", "exceptions");
        Ok(Self {
            licences: texts(list(&table, "licenses", "allow")),
            exceptions: exceptions
                .iter()
                .map(Exception::parse)
                .collect::<Result<_>>()?,
            bans: bans.iter().map(Ban::parse).collect::<Result<_>>()?,
        })
    }

    fn findings(&self, metadata: &Metadata) -> Vec<String> {
        let mut findings = Vec::new();
        for package in &metadata.packages {
            let place = format!("{} {}", package.name, package.version);
            let is_ours = package.source.is_none();
            let source = package.source.as_ref().map(|source| source.repr.as_str());
            if source.is_some_and(|source| source != REGISTRY) {
                findings.push(format!("{place}: its source is not crates.io"));
            }
            let licence = package.license.as_deref();
            if !is_ours && let Err(problem) = self.judge_licence(&package.name, licence) {
                findings.push(format!("{place}: {problem}"));
            }
            for ban in &self.bans {
                findings.extend(ban.finding(package, metadata));
            }
        }
        findings
    }

    fn judge_licence(&self, package: &str, licence: Option<&str>) -> Result<(), String> {
        let licence = licence.ok_or("it names no licence")?;
        let expression = Expression::parse_mode(licence, ParseMode::LAX)
            .map_err(|_| format!("its licence {licence} cannot be read"))?;
        let is_allowed = expression.evaluate(|required| {
            let required = required.to_string();
            let mut exceptions = self.exceptions.iter();
            self.licences.contains(&required)
                || exceptions.any(|exception| exception.allows(package, &required))
        });
        if is_allowed {
            Ok(())
        } else {
            Err(format!("its licence {licence} is not allowed"))
        }
    }
}

impl Exception {
    fn parse(value: &Value) -> Result<Self> {
        let table = value.as_table().context("an exception is a table")?;
        let name = table.get("crate").and_then(Value::as_str);
        let licences = table.get("allow").and_then(Value::as_array);
        Ok(Self {
            name: name.context("an exception names a crate")?.to_owned(),
            licences: texts(licences.map_or(&[], Vec::as_slice)),
        })
    }

    fn allows(&self, package: &str, licence: &str) -> bool {
        self.name == package && self.licences.iter().any(|allowed| allowed == licence)
    }
}

impl Ban {
    fn parse(value: &Value) -> Result<Self> {
        let table = value.as_table().context("a ban is a table")?;
        let text = |key: &str| table.get(key).and_then(Value::as_str).unwrap_or_default();
        let (name, versions) = text("crate")
            .split_once(':')
            .unwrap_or((text("crate"), "*"));
        let wrappers = table.get("wrappers").and_then(Value::as_array);
        Ok(Self {
            name: name.to_owned(),
            versions: versions.parse().context("a banned version")?,
            wrappers: texts(wrappers.map_or(&[], Vec::as_slice)),
            reason: text("reason").to_owned(),
        })
    }

    fn finding(&self, package: &Package, metadata: &Metadata) -> Option<String> {
        if package.name.as_str() != self.name || !self.versions.matches(&package.version) {
            return None;
        }
        let users = users(package, metadata);
        let others: Vec<_> = users
            .into_iter()
            .filter(|user| !self.wrappers.contains(user))
            .collect();
        let (name, reason) = (&self.name, &self.reason);
        (self.wrappers.is_empty() || !others.is_empty())
            .then(|| format!("{name} is used by {}: {reason}", others.join(", ")))
    }
}

/// Returns the names of the packages that depend on this one directly.
fn users(package: &Package, metadata: &Metadata) -> BTreeSet<String> {
    let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
    let users = nodes.filter(|node| node.dependencies.contains(&package.id));
    users
        .filter_map(|node| metadata.packages.iter().find(|other| other.id == node.id))
        .map(|user| user.name.to_string())
        .collect()
}

fn list<'a>(table: &'a Table, section: &str, key: &str) -> &'a [Value] {
    let section = table.get(section).and_then(Value::as_table);
    let list = section.and_then(|section| section.get(key)?.as_array());
    list.map_or(&[], Vec::as_slice)
}

fn texts(values: &[Value]) -> Vec<String> {
    let texts = values.iter().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(text: &str) -> Rules {
        Rules::parse(text).expect("rules")
    }

    #[test]
    fn a_licence_is_allowed_if_one_choice_is() {
        let rules = rules("[licenses]\nallow = ['MIT', 'Apache-2.0', 'Unicode-3.0']");
        for allowed in [
            "MIT",
            "MIT OR GPL-3.0-only",
            "MIT/Apache-2.0",
            "(MIT OR GPL-2.0-only) AND Unicode-3.0",
            "GPL-3.0-only OR Apache-2.0",
        ] {
            assert_eq!(rules.judge_licence("a", Some(allowed)), Ok(()), "{allowed}");
        }
        for refused in [
            "GPL-3.0-or-later",
            "MIT AND GPL-3.0-only",
            "Apache-2.0 WITH LLVM-exception",
            "my own",
        ] {
            assert!(
                rules.judge_licence("a", Some(refused)).is_err(),
                "{refused}"
            );
        }
        assert!(rules.judge_licence("a", None).is_err());
    }

    #[test]
    fn an_exception_is_for_one_crate() {
        let text =
            "[licenses]\nallow = ['MIT']\nexceptions = [{ crate = 'a', allow = ['MPL-2.0'] }]";
        let rules = rules(text);
        assert_eq!(rules.judge_licence("a", Some("MPL-2.0")), Ok(()));
        assert_eq!(rules.judge_licence("a", Some("MIT")), Ok(()));
        assert!(rules.judge_licence("a", Some("GPL-3.0-only")).is_err());
        assert!(rules.judge_licence("b", Some("MPL-2.0")).is_err());
    }

    #[test]
    fn bans_sources_and_licences_of_this_workspace_are_found() {
        let metadata = MetadataCommand::new()
            .other_options(vec!["--locked".to_owned(), "--offline".to_owned()])
            .features(CargoOpt::AllFeatures)
            .exec()
            .or_else(|_| {
                let host = host().expect("a host");
                MetadataCommand::new()
                    .other_options(vec![format!("--filter-platform={host}")])
                    .exec()
            });
        let metadata = metadata.expect("the dependencies");
        let found = |text: &str| rules(text).findings(&metadata).join("\n");
        let allow = "[licenses]\nallow = ['MIT']\n[bans]\n";
        let denied = |ban: &str| found(&format!("{allow}deny = [{ban}]"));
        let used = "{ crate = 'anyhow', reason = 'because' }";
        assert!(
            denied(used).contains("anyhow is used by"),
            "{}",
            denied(used)
        );
        let other_version = "{ crate = 'anyhow:<1.0.0' }";
        assert!(!denied(other_version).contains("anyhow is used by"));
        let wrapped = "{ crate = 'clap_mangen', wrappers = ['otp-server'] }";
        assert!(!denied(wrapped).contains("clap_mangen is used by"));
        let wrongly = "{ crate = 'clap_mangen', wrappers = ['otp-core'] }";
        assert!(denied(wrongly).contains("clap_mangen is used by otp-server"));
        assert!(denied("").contains("its licence"), "not all are MIT");
    }
}
