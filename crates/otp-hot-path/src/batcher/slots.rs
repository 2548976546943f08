//! The slots of a queue: a bounded number of calls at a time, at most half of them for one account.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use otp_core::ids::AccountId;
use otp_core::ports::PortError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The slots of a queue.
pub(super) struct Slots {
    free: Arc<Semaphore>,
    total: usize,
    by_account: Arc<Mutex<HashMap<AccountId, usize>>>,
}

/// A slot in use; dropping it releases the slot.
pub(super) struct Slot {
    account: AccountId,
    by_account: Arc<Mutex<HashMap<AccountId, usize>>>,
    _permit: OwnedSemaphorePermit,
}

impl Slots {
    pub(super) fn new(total: usize) -> Self {
        let total = total.max(1);
        Self {
            free: Arc::new(Semaphore::new(total)),
            total,
            by_account: Arc::default(),
        }
    }

    /// Acquires a slot, or fails if none is free or the account already has its share: an account
    /// that sends faster than the store can write must not block the others.
    pub(super) fn try_acquire(&self, account: AccountId) -> Result<Slot, PortError> {
        let mut by_account = locked(&self.by_account);
        let in_use = by_account.get(&account).copied().unwrap_or(0);
        if in_use >= self.total.div_ceil(2) {
            let full = "the account has its share of the queue in front of the store";
            return Err(PortError::Unavailable(full.into()));
        }
        let permit = Arc::clone(&self.free).try_acquire_owned().map_err(|_| {
            PortError::Unavailable("the queue in front of the store is full".into())
        })?;
        by_account.insert(account, in_use + 1);
        Ok(self.slot(account, permit))
    }

    /// Acquires a slot as soon as one is free.
    pub(super) async fn acquire(&self, account: AccountId) -> Result<Slot, PortError> {
        let permit = Arc::clone(&self.free).acquire_owned().await;
        let permit = permit.map_err(|_| PortError::Unavailable("the queue was closed".into()))?;
        *locked(&self.by_account).entry(account).or_default() += 1;
        Ok(self.slot(account, permit))
    }

    pub(super) fn in_use(&self) -> usize {
        self.total.saturating_sub(self.free.available_permits())
    }

    fn slot(&self, account: AccountId, permit: OwnedSemaphorePermit) -> Slot {
        Slot {
            account,
            by_account: Arc::clone(&self.by_account),
            _permit: permit,
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut by_account = locked(&self.by_account);
        if let Some(count) = by_account.get_mut(&self.account) {
            *count -= 1;
            if *count == 0 {
                by_account.remove(&self.account);
            }
        }
    }
}

/// Locks the counts. Counting does not panic; if it did, a wrong count would be better than
/// refusing every call.
fn locked(
    by_account: &Mutex<HashMap<AccountId, usize>>,
) -> MutexGuard<'_, HashMap<AccountId, usize>> {
    by_account.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_account_gets_half_of_the_slots_and_releases_them() {
        let slots = Slots::new(5);
        let (busy, other) = (AccountId(Uuid::from_u128(1)), AccountId(Uuid::from_u128(2)));
        let mut acquired: Vec<_> = (0..3)
            .map(|_| slots.try_acquire(busy).expect("a slot"))
            .collect();
        assert!(slots.try_acquire(busy).is_err(), "more than its share");
        acquired.extend((0..2).map(|_| slots.try_acquire(other).expect("a slot")));
        assert!(slots.try_acquire(other).is_err(), "none is free");
        assert_eq!(slots.in_use(), 5);
        acquired.clear();
        assert_eq!(slots.in_use(), 0);
        assert!(locked(&slots.by_account).is_empty());
    }
}
