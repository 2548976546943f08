//! The uses of API keys, noted in memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use otp_core::ids::ApiKeyId;
use otp_core::ports::KeyUses;
use otp_core::time::Timestamp;

/// Notes uses in memory, where a crash loses those of the last few seconds. It has at most one entry for each key, and
/// only keys that were accepted are noted.
#[derive(Debug, Default)]
pub struct NotedKeyUses {
    days: Mutex<BTreeMap<ApiKeyId, Timestamp>>,
}

impl NotedKeyUses {
    fn days(&self) -> MutexGuard<'_, BTreeMap<ApiKeyId, Timestamp>> {
        self.days.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeyUses for NotedKeyUses {
    fn note(&self, key: ApiKeyId, day: Timestamp) {
        let mut days = self.days();
        let latest = days.entry(key).or_insert(day);
        *latest = day.max(*latest);
    }

    fn take(&self) -> Vec<(ApiKeyId, Timestamp)> {
        std::mem::take(&mut *self.days()).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_latest_day_of_each_key_is_taken_once() {
        let uses = NotedKeyUses::default();
        let [shop, desk] = [1, 2].map(|id| ApiKeyId(Uuid::from_u128(id)));
        let day = Timestamp::from_unix_millis;
        for (key, at) in [(shop, 5), (desk, 3), (shop, 4), (desk, 9)] {
            uses.note(key, day(at));
        }
        assert_eq!(uses.take(), [(shop, day(5)), (desk, day(9))]);
        assert_eq!(uses.take(), []);
    }
}
