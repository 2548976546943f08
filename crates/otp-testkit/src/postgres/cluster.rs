//! A cluster of our own: its files, its port, and the server that runs on them now.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::account::ServerAccount;
use super::error::PostgresError;
use super::folder::ClusterFolder;
use super::server::Server;
use super::{Options, binaries};

const SUPERUSER: &str = "postgres";

/// Between our choice of a free port and the server's use of it, another process may take it.
const PORT_ATTEMPTS: u32 = 5;

/// A PostgreSQL cluster whose files vanish with it.
#[derive(Debug)]
pub(super) struct Cluster {
    /// Declared first, and so dropped before the folder it runs on.
    server: Mutex<Option<Server>>,
    folder: ClusterFolder,
    binaries: PathBuf,
    account: ServerAccount,
    options: Options,
    port: u16,
}

impl Cluster {
    pub(super) fn start(options: Options) -> Result<Self, PostgresError> {
        let binaries = binaries::find()?;
        let account = ServerAccount::choose()?;
        let folder = ClusterFolder::create(&std::env::temp_dir())?;
        account.own(folder.path())?;
        initialise(&binaries, account, folder.path())?;
        let mut cluster = Self {
            server: Mutex::new(None),
            folder,
            binaries,
            account,
            options,
            port: 0,
        };
        cluster.start_on_a_free_port()?;
        Ok(cluster)
    }

    pub(super) fn url(&self) -> String {
        format!("postgres://{SUPERUSER}@127.0.0.1:{}/postgres", self.port)
    }

    pub(super) fn stop(&self) -> Result<(), PostgresError> {
        match self.running().take() {
            Some(server) => server.stop(),
            None => Err(PostgresError::WrongState("stopped already")),
        }
    }

    pub(super) fn start_again(&self) -> Result<(), PostgresError> {
        let mut running = self.running();
        if running.is_some() {
            return Err(PostgresError::WrongState("running already"));
        }
        *running = Some(self.run()?);
        Ok(())
    }

    fn start_on_a_free_port(&mut self) -> Result<(), PostgresError> {
        let mut attempt = 1;
        loop {
            self.port = free_port()?;
            match self.run() {
                Ok(server) => {
                    *self.running() = Some(server);
                    return Ok(());
                }
                Err(PostgresError::Failed { output, .. })
                    if attempt < PORT_ATTEMPTS && output.contains("could not bind") =>
                {
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn run(&self) -> Result<Server, PostgresError> {
        let mut command = self.program("postgres");
        command.arg("-D").arg(data(self.folder.path()));
        for (name, value) in settings(self.port, &self.options) {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        Server::start(&mut command, &self.folder)
    }

    fn program(&self, name: &str) -> Command {
        program(&self.binaries, name, self.account, self.folder.path())
    }

    /// A test that panicked while holding the lock left a valid value behind.
    fn running(&self) -> MutexGuard<'_, Option<Server>> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn data(folder: &Path) -> PathBuf {
    folder.join("data")
}

/// English messages, for readiness is read from the log; and a working folder the account can
/// enter, which ours need not be.
fn program(binaries: &Path, name: &str, account: ServerAccount, folder: &Path) -> Command {
    let mut command = Command::new(binaries.join(name));
    command.current_dir(folder).env("LC_ALL", "C");
    account.apply(&mut command);
    command
}

fn initialise(binaries: &Path, account: ServerAccount, folder: &Path) -> Result<(), PostgresError> {
    let output = program(binaries, "initdb", account, folder)
        .arg("-D")
        .arg(data(folder))
        .args([
            "-U",
            SUPERUSER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ])
        .stdin(Stdio::null())
        .output()
        .map_err(PostgresError::io("start initdb"))?;
    if output.status.success() {
        return Ok(());
    }
    let printed = [output.stdout, output.stderr].concat();
    Err(PostgresError::Failed {
        program: "initdb",
        output: String::from_utf8_lossy(&printed).into_owned(),
    })
}

fn settings(port: u16, options: &Options) -> Vec<(String, String)> {
    let mut settings = vec![
        ("port", port.to_string()),
        ("listen_addresses", "127.0.0.1".to_owned()),
        // TCP only: a socket's path has a length limit that temporary folders may exceed.
        ("unix_socket_directories", String::new()),
        // Every test of a parallel run has a pool of its own.
        ("max_connections", "300".to_owned()),
    ];
    if !options.durable {
        // Commits stay synchronous all the same: a stopped server must not lose an
        // acknowledged one, or a crash test would blame the product for it.
        settings.extend([
            ("fsync", "off".to_owned()),
            ("full_page_writes", "off".to_owned()),
        ]);
    }
    let own = settings
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    own.chain(options.settings.iter().cloned()).collect()
}

fn free_port() -> Result<u16, PostgresError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(PostgresError::io("find a free port"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callers_setting_comes_last_and_so_wins() {
        let options = Options {
            settings: vec![("fsync".to_owned(), "on".to_owned())],
            ..Options::default()
        };
        let settings = settings(1, &options);
        let fsync: Vec<&str> = settings
            .iter()
            .filter(|(n, _)| n == "fsync")
            .map(|(_, v)| v.as_str())
            .collect();
        assert_eq!(fsync, ["off", "on"]);
    }

    #[test]
    fn a_durable_cluster_keeps_the_servers_own_defaults() {
        let settings = settings(
            1,
            &Options {
                durable: true,
                ..Options::default()
            },
        );
        assert!(
            settings
                .iter()
                .all(|(name, _)| name != "fsync" && name != "full_page_writes")
        );
    }
}
