//! The clients in use: one for each host, of at most [`MAX_HOSTS`].
//!
//! A client bounds its idle connections per host, but not the number of hosts, which customers choose.
//! With a client for each host, the connections of a host are closed when another host takes its place.
//! A cache of moka would not do: it drops what it evicts later, when something else happens to it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::client::ClientFactory;
use crate::options::InvalidWebhookCaller;

/// The number of hosts with idle connections. The host that was called least recently is dropped first.
const MAX_HOSTS: usize = 64;

/// The clients in use.
#[derive(Clone)]
pub(crate) struct Clients {
    factory: ClientFactory,
    in_use: Arc<Mutex<Recent>>,
    /// The client if no other can be made.
    spare: reqwest::Client,
}

impl Clients {
    pub(crate) fn new(factory: ClientFactory) -> Result<Self, InvalidWebhookCaller> {
        Ok(Self {
            spare: factory.build()?,
            factory,
            in_use: Arc::default(),
        })
    }

    /// Returns the client for this origin: scheme, host and port.
    pub(crate) fn for_origin(&self, origin: &str) -> reqwest::Client {
        if let Some(client) = self.in_use().recall(origin) {
            return client;
        }
        // To make one takes a while, so it is made without the lock.
        let Ok(client) = self.factory.build() else {
            return self.spare.clone();
        };
        let (client, surplus) = self.in_use().remember(origin, client);
        // Its connections are closed without the lock, too.
        drop(surplus);
        client
    }

    fn in_use(&self) -> MutexGuard<'_, Recent> {
        self.in_use.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The client of each origin, in the order of their last use.
#[derive(Default)]
struct Recent(VecDeque<(String, reqwest::Client)>);

impl Recent {
    fn recall(&mut self, origin: &str) -> Option<reqwest::Client> {
        let place = self.0.iter().rposition(|(known, _)| known == origin)?;
        let entry = self.0.remove(place)?;
        let client = entry.1.clone();
        self.0.push_back(entry);
        Some(client)
    }

    /// Returns the origin's client, which another call may have made first, and the one to be dropped.
    fn remember(
        &mut self,
        origin: &str,
        client: reqwest::Client,
    ) -> (reqwest::Client, Option<reqwest::Client>) {
        if let Some(first) = self.recall(origin) {
            return (first, Some(client));
        }
        self.0.push_back((origin.to_owned(), client.clone()));
        let surplus = (self.0.len() > MAX_HOSTS).then(|| self.0.pop_front());
        (client, surplus.flatten().map(|(_, client)| client))
    }
}
