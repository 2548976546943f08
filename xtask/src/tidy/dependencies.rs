//! The dependencies that each package may have. The table is the architecture.
//!
//! Normal and build dependencies are checked. In tests, a package may also use `otp-testkit` and
//! any library. A row may describe a package that does not exist yet.

use super::Finding;
use super::source::{Dependency, Package};

/// The allowed and the forbidden dependencies of a package.
#[derive(Debug)]
struct Row {
    package: &'static str,
    /// Packages of this workspace that it may use.
    workspace: &'static [&'static str],
    /// Libraries that it must not use; `diesel*` is the whole family.
    never: &'static [&'static str],
}

const DIESEL: &str = "diesel*";
const SERDE: &str = "serde*";

/// Databases and HTTP clients stay behind the ports.
const NEVER_AT_THE_EDGE: &[&str] = &[
    DIESEL,
    "tokio-postgres*",
    "libsqlite3-sys",
    "reqwest",
    "anyhow",
];

const TABLE: &[Row] = &[
    Row {
        package: "otp-core",
        workspace: &[],
        never: &[
            DIESEL,
            "actix-web",
            "reqwest",
            "tokio*",
            "config",
            SERDE,
            "anyhow",
        ],
    },
    Row {
        package: "otp-hot-path",
        workspace: &["otp-core"],
        never: &[DIESEL, "actix-web", "reqwest", "anyhow"],
    },
    Row {
        package: "otp-testkit",
        workspace: &["otp-core"],
        never: &[DIESEL, "actix-web", "reqwest"],
    },
    // The mapping of columns to the core's types, for both databases.
    Row {
        package: "otp-rows",
        workspace: &["otp-core"],
        never: &["actix-web", "reqwest", "anyhow"],
    },
    Row {
        package: "otp-postgres",
        workspace: &["otp-core", "otp-rows"],
        never: &["actix-web", "reqwest", "libsqlite3-sys", "anyhow"],
    },
    Row {
        package: "otp-sqlite",
        workspace: &["otp-core", "otp-rows"],
        never: &["actix-web", "reqwest", "tokio-postgres*", "anyhow"],
    },
    Row {
        package: "otp-whatsapp",
        workspace: &["otp-core"],
        never: &[DIESEL, "actix-web", "anyhow"],
    },
    Row {
        package: "otp-webhooks",
        workspace: &["otp-core"],
        never: &[DIESEL, "actix-web", "anyhow"],
    },
    Row {
        package: "otp-smtp",
        workspace: &["otp-core", "otp-texts"],
        never: &[DIESEL, "actix-web", "reqwest", "anyhow"],
    },
    Row {
        package: "otp-proof",
        workspace: &["otp-core"],
        never: &[DIESEL, "actix-web", "reqwest", "anyhow"],
    },
    // The loader of the translated texts.
    Row {
        package: "otp-texts",
        workspace: &["otp-core"],
        never: &[DIESEL, "actix-web", "reqwest", "anyhow"],
    },
    // The common part of the crates that speak HTTP to clients.
    Row {
        package: "otp-edge",
        workspace: &["otp-core", "otp-texts"],
        never: NEVER_AT_THE_EDGE,
    },
    Row {
        package: "otp-http",
        workspace: &["otp-core", "otp-edge", "otp-texts"],
        never: NEVER_AT_THE_EDGE,
    },
    Row {
        package: "otp-dashboard",
        workspace: &["otp-core", "otp-edge", "otp-texts"],
        never: NEVER_AT_THE_EDGE,
    },
    Row {
        package: "otp-server",
        workspace: &[
            "otp-core",
            "otp-dashboard",
            "otp-edge",
            "otp-hot-path",
            "otp-http",
            "otp-postgres",
            "otp-proof",
            "otp-smtp",
            "otp-sqlite",
            "otp-texts",
            "otp-webhooks",
            "otp-whatsapp",
            "whatsapp-sandbox",
        ],
        never: &[DIESEL],
    },
    // An independent implementation of Meta's protocol: it must not repeat the gateway's mistakes.
    Row {
        package: "whatsapp-sandbox",
        workspace: &[],
        never: &[DIESEL, "anyhow"],
    },
    // Black-box tests of the server's program. They read the database through the stores, and lock
    // it with SQL of their own to stop the server at a chosen moment.
    Row {
        package: "otp-e2e",
        workspace: &[
            "otp-core",
            "otp-postgres",
            "otp-proof",
            "otp-sqlite",
            "otp-testkit",
            "otp-webhooks",
        ],
        never: &["actix-web"],
    },
    // It runs the server as the end-to-end tests do. It also measures bare actix-web, to compare.
    Row {
        package: "otp-bench",
        workspace: &["otp-core", "otp-e2e", "otp-testkit"],
        never: &[DIESEL],
    },
    // Small programs to learn from. They use what a program outside the workspace would use.
    Row {
        package: "otp-examples",
        workspace: &["otp-core", "otp-server", "otp-testkit"],
        never: &[DIESEL, "actix-web", "anyhow"],
    },
    Row {
        package: "xtask",
        workspace: &[],
        never: &[DIESEL, "actix-web", "reqwest", "tokio*"],
    },
];

/// The package that must not use the test kit even in tests, because the test kit uses the core.
const WITHOUT_TESTKIT: &str = "whatsapp-sandbox";

pub(super) fn check(packages: &[Package]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in packages {
        let refuse = |message: String| Finding::file(&package.manifest.path, message);
        let Some(row) = TABLE.iter().find(|row| row.package == package.name) else {
            findings.push(refuse(format!(
                "{} has no row in xtask/src/tidy/dependencies.rs: add one with what it may use",
                package.name
            )));
            continue;
        };
        for dependency in &package.dependencies {
            if dependency.name == package.name {
                // A package may name itself, to enable features for its tests.
                continue;
            }
            let is_ours = packages.iter().any(|other| other.name == dependency.name);
            let allowed = if is_ours {
                may_use_ours(row, dependency)
            } else {
                may_use(row, dependency)
            };
            if !allowed {
                let message = format!("{} must not depend on {}", package.name, dependency.name);
                findings.push(refuse(message));
            }
        }
    }
    findings
}

fn may_use_ours(row: &Row, dependency: &Dependency) -> bool {
    let name = dependency.name.as_str();
    row.workspace.contains(&name)
        || (dependency.for_tests && name == "otp-testkit" && row.package != WITHOUT_TESTKIT)
}

fn may_use(row: &Row, dependency: &Dependency) -> bool {
    dependency.for_tests
        || !row
            .never
            .iter()
            .any(|pattern| matches(pattern, &dependency.name))
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::Source;

    fn package(name: &str, dependencies: &[(&str, bool)]) -> Package {
        let dependencies = dependencies.iter().map(|(name, for_tests)| Dependency {
            name: (*name).to_owned(),
            for_tests: *for_tests,
        });
        Package {
            name: name.to_owned(),
            manifest: Source::new(&format!("crates/{name}/Cargo.toml"), ""),
            dependencies: dependencies.collect(),
        }
    }

    fn refused(name: &str, dependency: &str, for_tests: bool) -> bool {
        let others = [
            "otp-core",
            "otp-postgres",
            "otp-sqlite",
            "otp-testkit",
            "otp-http",
            "otp-rows",
            "otp-texts",
            "otp-edge",
        ];
        let mut packages: Vec<Package> = others
            .into_iter()
            .filter(|other| *other != name)
            .map(|n| package(n, &[]))
            .collect();
        packages.push(package(name, &[(dependency, for_tests)]));
        !check(&packages).is_empty()
    }

    #[test]
    fn dependencies_outside_the_table_are_found() {
        for (name, dependency, for_tests, expected) in [
            ("otp-core", "uuid", false, false),
            ("otp-core", "serde_json", false, true),
            ("otp-core", "tokio", false, true),
            ("otp-core", "tokio", true, false),
            ("otp-core", "otp-http", false, true),
            ("otp-core", "otp-core", true, false),
            ("otp-hot-path", "tokio", false, false),
            ("otp-hot-path", "otp-core", false, false),
            ("otp-hot-path", "diesel-async", false, true),
            ("otp-sqlite", "otp-postgres", false, true),
            ("otp-postgres", "actix-web", false, true),
            ("otp-postgres", "otp-testkit", true, false),
            ("otp-postgres", "otp-testkit", false, true),
            ("otp-postgres", "otp-rows", false, false),
            ("otp-sqlite", "otp-rows", false, false),
            ("otp-rows", "diesel", false, false),
            ("otp-rows", "actix-web", false, true),
            ("otp-rows", "otp-postgres", false, true),
            ("otp-texts", "otp-core", false, false),
            ("otp-texts", "actix-web", false, true),
            ("otp-smtp", "otp-texts", false, false),
            ("otp-edge", "otp-texts", false, false),
            ("otp-edge", "actix-web", false, false),
            ("otp-edge", "otp-http", false, true),
            ("otp-edge", "tokio-postgres", false, true),
            ("otp-webhooks", "reqwest", false, false),
            ("otp-webhooks", "diesel", false, true),
            ("otp-webhooks", "otp-http", false, true),
            ("otp-http", "otp-edge", false, false),
            ("otp-http", "otp-rows", false, true),
            ("otp-http", "otp-sqlite", true, true),
            ("otp-server", "otp-testkit", false, true),
            ("otp-server", "otp-http", false, false),
            ("whatsapp-sandbox", "otp-testkit", true, true),
            ("whatsapp-sandbox", "otp-core", false, true),
            ("otp-e2e", "otp-http", false, true),
        ] {
            let actual = refused(name, dependency, for_tests);
            assert_eq!(
                actual, expected,
                "{name} -> {dependency} (for tests: {for_tests})"
            );
        }
    }

    #[test]
    fn a_row_may_precede_its_package() {
        let packages = [
            package("otp-core", &[]),
            package("otp-http", &[("otp-core", false)]),
        ];
        assert_eq!(check(&packages), []);
    }

    #[test]
    fn a_package_without_a_row_is_found() {
        assert_eq!(check(&[package("otp-new", &[])]).len(), 1);
    }
}
