//! The operating system's account the server runs as: PostgreSQL refuses to run as root.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::error::PostgresError;

/// Another account than our own, when we are root; otherwise none.
#[derive(Debug, Clone, Copy)]
pub(super) struct ServerAccount(Option<Ids>);

#[derive(Debug, Clone, Copy)]
struct Ids {
    user: u32,
    group: u32,
}

impl ServerAccount {
    /// Ourselves, or for root `postgres` where that account exists and `nobody` elsewhere.
    pub(super) fn choose() -> Result<Self, PostgresError> {
        if id(&["-u"]) != Some(0) {
            return Ok(Self(None));
        }
        let ids = ["postgres", "nobody"].into_iter().find_map(|name| {
            Some(Ids {
                user: id(&["-u", name])?,
                group: id(&["-g", name])?,
            })
        });
        match ids {
            Some(ids) => Ok(Self(Some(ids))),
            None => Err(PostgresError::Failed {
                program: "choosing an account",
                output: "PostgreSQL does not run as root, and there is no user `postgres` or \
                         `nobody` to run it as"
                    .to_owned(),
            }),
        }
    }

    /// Has the command run as this account; the standard library drops root's groups as well.
    pub(super) fn apply(self, command: &mut Command) {
        if let Some(ids) = self.0 {
            command.uid(ids.user).gid(ids.group);
        }
    }

    /// Gives the folder to this account.
    pub(super) fn own(self, folder: &Path) -> Result<(), PostgresError> {
        let Some(ids) = self.0 else { return Ok(()) };
        chown(folder, Some(ids.user), Some(ids.group)).map_err(PostgresError::io(format!(
            "give {} to the server",
            folder.display()
        )))
    }
}

/// Asks `id`, the only way to learn these without unsafe code or another dependency.
fn id(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).output().ok()?;
    if !output.status.success() {
        return None;
    }
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
