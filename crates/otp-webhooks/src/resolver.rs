//! Looks up the addresses of names.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Semaphore;

/// The maximum number of look-ups at a time. A name server that does not answer keeps a thread busy for up
/// to half a minute, and the rest of the process uses the same threads.
const MAX_LOOKUPS: usize = 64;

/// Looks up the addresses of a name. Its answers are not trusted: the caller judges each address.
#[async_trait]
pub trait NameResolver: Send + Sync {
    /// Returns the addresses of the name, in the order in which they are tried.
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// Asks the operating system, with its files and its name servers.
#[derive(Debug, Clone)]
pub struct SystemResolver {
    lookups: Arc<Semaphore>,
}

impl Default for SystemResolver {
    fn default() -> Self {
        Self {
            lookups: Arc::new(Semaphore::new(MAX_LOOKUPS)),
        }
    }
}

#[async_trait]
impl NameResolver for SystemResolver {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let permit = Arc::clone(&self.lookups).acquire_owned().await;
        let permit = permit.map_err(io::Error::other)?;
        let name = name.to_owned();
        // A task of its own: a call that gives up cannot stop the look-up, which counts until it ends.
        let lookup = tokio::spawn(async move {
            let found = tokio::net::lookup_host((name, 0)).await;
            drop(permit);
            found.map(|addresses| addresses.map(|address| address.ip()).collect())
        });
        lookup.await.map_err(io::Error::other)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_systems_files_are_read() {
        let found = SystemResolver::default().resolve("localhost").await;
        let found = found.expect("every system has this name");
        assert!(!found.is_empty() && found.iter().all(IpAddr::is_loopback));
    }

    #[tokio::test]
    async fn a_name_without_addresses_is_an_error() {
        assert!(
            SystemResolver::default()
                .resolve("graph.invalid")
                .await
                .is_err()
        );
    }

    #[tokio::test]
    async fn look_ups_end_their_turn() {
        let resolver = SystemResolver {
            lookups: Arc::new(Semaphore::new(1)),
        };
        for _ in 0..3 {
            assert!(resolver.resolve("localhost").await.is_ok());
        }
    }
}
