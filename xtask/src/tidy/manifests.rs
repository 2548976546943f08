//! Every dependency is declared once, in the root manifest, with a reason.

use super::Finding;
use super::source::{Package, Source};

pub(super) fn check(root: &Source, packages: &[Package]) -> Vec<Finding> {
    let declared = declared(root);
    let mut findings = Vec::new();
    for dependency in &declared {
        let refuse = |message: &str| Finding::line(&root.path, dependency.line, message.to_owned());
        if !dependency.has_reason {
            findings.push(refuse(
                "give the reason in a comment on this line or above it",
            ));
        }
        let used = packages.iter().any(|package| {
            package
                .dependencies
                .iter()
                .any(|used| used.name == dependency.name)
        });
        if !used {
            findings.push(refuse("no package uses it"));
        }
    }
    findings.extend(
        packages
            .iter()
            .flat_map(|package| own_versions(&package.manifest)),
    );
    findings
}

/// A line of `[workspace.dependencies]`.
#[derive(Debug)]
struct Declared<'a> {
    name: &'a str,
    line: usize,
    has_reason: bool,
}

fn declared(root: &Source) -> Vec<Declared<'_>> {
    let mut found = Vec::new();
    let mut previous = "";
    for (section, line, text) in entries(root) {
        if section == "[workspace.dependencies]"
            && let Some((name, value)) = text.split_once('=')
            && !text.starts_with('#')
        {
            // A heading covers a whole section, and packages of the workspace need no reason.
            let above = previous.starts_with('#') && !previous.starts_with("# ---");
            let has_reason = above || value.contains(" # ") || value.contains("path = ");
            found.push(Declared {
                name: name.trim(),
                line,
                has_reason,
            });
        }
        previous = text;
    }
    found
}

/// Finds dependencies of a package that declare a version of their own.
fn own_versions(manifest: &Source) -> Vec<Finding> {
    let ours = |text: &str| text.contains("workspace = true") || text.contains("path = \".\"");
    let versions = entries(manifest).filter(|(section, _, text)| {
        section.ends_with("dependencies]") && text.contains('=') && !text.starts_with('#')
    });
    versions
        .filter(|(_, _, text)| !ours(text))
        .map(|(_, line, _)| {
            Finding::line(
                &manifest.path,
                line,
                "declare it in the root manifest, with a reason",
            )
        })
        .collect()
}

/// The lines of a manifest, each with its section and number.
fn entries(manifest: &Source) -> impl Iterator<Item = (&str, usize, &str)> {
    manifest.lines().scan("", |section, (line, text)| {
        if text.starts_with('[') {
            *section = text.trim_end();
        }
        Some((*section, line, text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::Dependency;

    fn package(manifest: &str, uses: &[&str]) -> Package {
        let uses = uses.iter().map(|name| Dependency {
            name: (*name).to_owned(),
            for_tests: false,
        });
        Package {
            name: "a".to_owned(),
            manifest: Source::new("crates/a/Cargo.toml", manifest),
            dependencies: uses.collect(),
        }
    }

    fn messages(root: &str, package: Package) -> Vec<String> {
        let findings = check(&Source::new("Cargo.toml", root), &[package]);
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_dependency_needs_a_reason_of_its_own() {
        let root = "[workspace.dependencies]\n\
                    # --- a heading is not a reason ---\n\
                    one = \"1\"\n\
                    two = \"1\" # a reason\n\
                    # A reason above.\n\
                    three = { version = \"1\" }\n\
                    ours = { path = \"crates/ours\" }\n\
                    [profile.dev]\n\
                    debug = 1\n";
        let messages = messages(root, package("", &["one", "two", "three", "ours"]));
        assert_eq!(
            messages,
            ["Cargo.toml:3: give the reason in a comment on this line or above it"]
        );
    }

    #[test]
    fn an_unused_dependency_is_found() {
        let root = "[workspace.dependencies]\none = \"1\" # a reason\n";
        assert_eq!(
            messages(root, package("", &[])),
            ["Cargo.toml:2: no package uses it"]
        );
    }

    #[test]
    fn a_package_must_not_declare_a_version() {
        let manifest = "[dependencies]\none.workspace = true\ntwo = \"2\"\n\
                        [dev-dependencies]\na = { path = \".\", features = [\"x\"] }\n\
                        [features]\nmocks = [\"dep:x\"]\n";
        assert_eq!(
            messages("", package(manifest, &[])),
            ["crates/a/Cargo.toml:3: declare it in the root manifest, with a reason"]
        );
    }
}
