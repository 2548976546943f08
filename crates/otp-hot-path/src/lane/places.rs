//! Places in a lane: as many as there may be calls at a time, and no more than half of them for one account.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use otp_core::ids::AccountId;
use otp_core::ports::PortError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The places of a lane.
pub(super) struct Places {
    free: Arc<Semaphore>,
    all: usize,
    of_accounts: Arc<Mutex<HashMap<AccountId, usize>>>,
}

/// A place, until it is dropped.
pub(super) struct Place {
    account: AccountId,
    of_accounts: Arc<Mutex<HashMap<AccountId, usize>>>,
    _permit: OwnedSemaphorePermit,
}

impl Places {
    pub(super) fn new(all: usize) -> Self {
        let all = all.max(1);
        Self {
            free: Arc::new(Semaphore::new(all)),
            all,
            of_accounts: Arc::default(),
        }
    }

    /// A place, if there is one and the account has not had its share: one that sends more than can be
    /// done must not leave the others without.
    pub(super) fn take(&self, account: AccountId) -> Result<Place, PortError> {
        let mut of_accounts = locked(&self.of_accounts);
        let had = of_accounts.get(&account).copied().unwrap_or(0);
        if had >= self.all.div_ceil(2) {
            let full = "the account has its share of the queue in front of the store";
            return Err(PortError::Unavailable(full.into()));
        }
        let permit = Arc::clone(&self.free).try_acquire_owned().map_err(|_| {
            PortError::Unavailable("the queue in front of the store is full".into())
        })?;
        of_accounts.insert(account, had + 1);
        Ok(self.place(account, permit))
    }

    /// A place, as soon as there is one.
    pub(super) async fn wait_for_one(&self, account: AccountId) -> Result<Place, PortError> {
        let permit = Arc::clone(&self.free).acquire_owned().await;
        let permit = permit.map_err(|_| PortError::Unavailable("the lane has ended".into()))?;
        *locked(&self.of_accounts).entry(account).or_default() += 1;
        Ok(self.place(account, permit))
    }

    pub(super) fn taken(&self) -> usize {
        self.all.saturating_sub(self.free.available_permits())
    }

    fn place(&self, account: AccountId, permit: OwnedSemaphorePermit) -> Place {
        Place {
            account,
            of_accounts: Arc::clone(&self.of_accounts),
            _permit: permit,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut of_accounts = locked(&self.of_accounts);
        if let Some(count) = of_accounts.get_mut(&self.account) {
            *count -= 1;
            if *count == 0 {
                of_accounts.remove(&self.account);
            }
        }
    }
}

/// Counting does not panic, and a count more or less would be no reason to turn everybody away.
fn locked(
    of_accounts: &Mutex<HashMap<AccountId, usize>>,
) -> MutexGuard<'_, HashMap<AccountId, usize>> {
    of_accounts.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn one_account_has_half_of_the_places_and_gives_them_back() {
        let places = Places::new(5);
        let (busy, other) = (AccountId(Uuid::from_u128(1)), AccountId(Uuid::from_u128(2)));
        let mut taken: Vec<_> = (0..3)
            .map(|_| places.take(busy).expect("a place"))
            .collect();
        assert!(places.take(busy).is_err(), "more than its share");
        taken.extend((0..2).map(|_| places.take(other).expect("a place")));
        assert!(places.take(other).is_err(), "there is none left");
        assert_eq!(places.taken(), 5);
        taken.clear();
        assert_eq!(places.taken(), 0);
        assert!(locked(&places.of_accounts).is_empty());
    }
}
