//! The bell of test inboxes: wakes the requests of this process that wait for a message.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use otp_core::ids::AccountId;
use otp_core::ports::{InboxBell, InboxListener};
use tokio::sync::watch;

/// At most this many listeners of one account.
const MAX_OF_ACCOUNT: usize = 10;

/// At most this many listeners in total.
const MAX_LISTENERS: usize = 200;

/// The bell of one process. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct LocalBell(Arc<Mutex<Bells>>);

#[derive(Default)]
struct Bells {
    /// The accounts that somebody listens to.
    accounts: HashMap<AccountId, watch::Sender<()>>,
    is_closed: bool,
}

impl LocalBell {
    /// Ends every wait, and lets nobody wait any more.
    pub(crate) fn close(&self) {
        let mut bells = self.bells();
        bells.is_closed = true;
        bells.accounts.clear();
    }

    fn bells(&self) -> MutexGuard<'_, Bells> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl InboxBell for LocalBell {
    fn ring(&self, account: AccountId) {
        if let Some(bell) = self.bells().accounts.get(&account) {
            bell.send_replace(());
        }
    }

    fn listen(&self, account: AccountId) -> Option<Box<dyn InboxListener>> {
        let mut bells = self.bells();
        let counts = bells.accounts.values().map(watch::Sender::receiver_count);
        if counts.sum::<usize>() >= MAX_LISTENERS {
            return None;
        }
        let bell = if bells.is_closed {
            // Its sender is dropped here, which ends every wait of the listener.
            watch::channel(()).1
        } else {
            let bell = bells.accounts.entry(account).or_default();
            if bell.receiver_count() >= MAX_OF_ACCOUNT {
                return None;
            }
            bell.subscribe()
        };
        let ear = Ear {
            bell: Some(bell),
            account,
            of: self.clone(),
        };
        Some(Box::new(ear))
    }
}

/// A listener.
struct Ear {
    /// Present until it is dropped.
    bell: Option<watch::Receiver<()>>,
    account: AccountId,
    of: LocalBell,
}

#[async_trait]
impl InboxListener for Ear {
    async fn heard(&mut self, at_most: Duration) -> bool {
        let Some(bell) = &mut self.bell else {
            return false;
        };
        // After the wait, the bell may still ring.
        tokio::time::timeout(at_most, bell.changed())
            .await
            .map_or(true, |rung| rung.is_ok())
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        let mut bells = self.of.bells();
        drop(self.bell.take());
        let bell = bells.accounts.get(&self.account);
        if bell.is_some_and(|bell| bell.receiver_count() == 0) {
            bells.accounts.remove(&self.account);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use uuid::Uuid;

    use super::*;

    const WAIT: Duration = Duration::from_secs(60);

    fn account(number: u128) -> AccountId {
        AccountId(Uuid::from_u128(number))
    }

    #[tokio::test]
    async fn a_ring_wakes_the_listeners_of_its_account_even_before_they_wait() {
        let bell = LocalBell::default();
        let mut ours = bell.listen(account(1)).expect("room");
        let mut others = bell.listen(account(2)).expect("room");
        bell.ring(account(1));
        assert_eq!(ours.heard(WAIT).now_or_never(), Some(true));
        assert_eq!(ours.heard(WAIT).now_or_never(), None);
        assert_eq!(others.heard(WAIT).now_or_never(), None);
        assert!(others.heard(Duration::ZERO).await);
    }

    #[tokio::test]
    async fn a_closed_bell_lets_nobody_wait() {
        let bell = LocalBell::default();
        let mut before = bell.listen(account(1)).expect("room");
        bell.close();
        let mut after = bell.listen(account(1)).expect("room");
        for listener in [&mut before, &mut after] {
            assert_eq!(listener.heard(WAIT).now_or_never(), Some(false));
        }
    }

    #[test]
    fn listeners_are_limited_and_leave_nothing_behind() {
        let bell = LocalBell::default();
        let mut listeners: Vec<_> = (0..).map_while(|_| bell.listen(account(1))).collect();
        assert_eq!(listeners.len(), MAX_OF_ACCOUNT);
        for other in 2.. {
            let more = (0..).map_while(|_| bell.listen(account(other)));
            let before = listeners.len();
            listeners.extend(more);
            if listeners.len() == before {
                break;
            }
        }
        assert_eq!(listeners.len(), MAX_LISTENERS);
        listeners.clear();
        assert!(bell.bells().accounts.is_empty());
        assert!(bell.listen(account(1)).is_some());
    }
}
