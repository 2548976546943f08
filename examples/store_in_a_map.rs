//! A store in a map, and the contract that it keeps: `cargo run -p otp-examples --bin store_in_a_map`
//!
//! A store has more than twenty ports. Nobody writes them in a day, so a new store starts with a few of
//! them and takes the others from the store in memory. This one has plans and prices. The whole contract
//! passes at this step (`cargo test -p otp-examples`), and after each port that is added.
#![expect(clippy::print_stdout, reason = "an example explains itself")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use otp_core::api_key::{ApiKey, ApiKeyHash};
use otp_core::audit::{Actor, AuditAction, AuditEntry, GATEWAY};
use otp_core::credits::Credits;
use otp_core::ids::{AccountId, PlanId};
use otp_core::keyring::AccountKey;
use otp_core::plan::Plan;
use otp_core::ports::{Directory, Plans, PortError, Prices};
use otp_core::pricing::PriceList;
use otp_core::pricing::{PriceChange, PriceKey};
use otp_core::send::SendingProfile;
use otp_core::time::Timestamp;
use otp_testkit::{MemoryStore, SeededRandomness, StorageParts};

/// The ports that exist so far.
struct MapStore {
    maps: Mutex<Maps>,
    /// The ports that do not.
    rest: Arc<MemoryStore>,
}

#[derive(Default)]
struct Maps {
    /// An id begins with its time, so the map is in the order of creation.
    plans: BTreeMap<PlanId, Plan>,
    prices: BTreeMap<PriceKey, Credits>,
}

impl MapStore {
    /// Creates an empty store: these ports, and those of a store in memory.
    fn create() -> Arc<StorageParts> {
        let rest = Arc::new(MemoryStore::default());
        let store = Arc::new(Self {
            maps: Mutex::default(),
            rest: Arc::clone(&rest),
        });
        Arc::new(StorageParts {
            plans: store.clone(),
            prices: store.clone(),
            // Reads what `Prices` writes: ports that share data move together.
            directory: store,
            ..StorageParts::of(rest)
        })
    }

    /// One lock is one transaction: each method happens whole or not at all.
    fn maps(&self) -> MutexGuard<'_, Maps> {
        self.maps.lock().expect("no method panics under the lock")
    }
}

#[async_trait]
impl Plans for MapStore {
    async fn create(&self, plan: &Plan, entry: &AuditEntry) -> Result<(), PortError> {
        // Orders name their plan, so the store that keeps them has to know it. It has the audit trail, too.
        Plans::create(&*self.rest, plan, entry).await?;
        let mut maps = self.maps();
        if maps.plans.values().any(|other| other.name == plan.name) {
            return Err(PortError::Conflict("a plan has that name".into()));
        }
        maps.plans.insert(plan.id, plan.clone());
        Ok(())
    }

    async fn find(&self, id: PlanId) -> Result<Option<Plan>, PortError> {
        Ok(self.maps().plans.get(&id).cloned())
    }

    async fn retire(
        &self,
        id: PlanId,
        at: Timestamp,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        self.rest.retire(id, at, entry).await?;
        let mut maps = self.maps();
        let plan = maps.plans.get_mut(&id);
        Ok(plan.map(|plan| plan.retired_at.get_or_insert(at)).is_some())
    }

    async fn list(&self) -> Result<Vec<Plan>, PortError> {
        Ok(self.maps().plans.values().cloned().collect())
    }
}

#[async_trait]
impl Prices for MapStore {
    async fn set(
        &self,
        prices: &[(PriceKey, Credits)],
        entry: &AuditEntry,
    ) -> Result<(), PortError> {
        self.maps().prices.extend(prices.iter().copied());
        // For the audit trail; sends read the price list of the map.
        Prices::set(&*self.rest, prices, entry).await
    }

    async fn replace_prices(
        &self,
        changes: &[PriceChange],
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let is_done = self.rest.replace_prices(changes, entry).await?;
        if is_done {
            let after = changes.iter().map(|change| (change.key, change.after));
            self.maps().prices.extend(after);
        }
        Ok(is_done)
    }

    async fn unset(&self, key: PriceKey, entry: &AuditEntry) -> Result<bool, PortError> {
        self.maps().prices.remove(&key);
        self.rest.unset(key, entry).await
    }

    async fn list(&self) -> Result<Vec<(PriceKey, Credits)>, PortError> {
        let maps = self.maps();
        Ok(maps
            .prices
            .iter()
            .map(|(key, price)| (*key, *price))
            .collect())
    }
}

#[async_trait]
impl Directory for MapStore {
    async fn price_list(&self) -> Result<Arc<PriceList>, PortError> {
        let prices = Prices::list(self).await?;
        Ok(Arc::new(prices.into_iter().collect()))
    }

    async fn find_api_key(&self, hash: &ApiKeyHash) -> Result<Option<Arc<ApiKey>>, PortError> {
        self.rest.find_api_key(hash).await
    }

    async fn find_sending_profile(
        &self,
        account: AccountId,
    ) -> Result<Option<Arc<SendingProfile>>, PortError> {
        self.rest.find_sending_profile(account).await
    }

    async fn find_account_key(
        &self,
        account: AccountId,
    ) -> Result<Option<Arc<AccountKey>>, PortError> {
        self.rest.find_account_key(account).await
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), PortError> {
    let store = MapStore::create();
    let saudi_arabia = PriceKey::parse("SA").expect("a key");
    let (now, randomness) = (Timestamp::from_unix_millis(0), SeededRandomness::new(1));
    let (by, action) = (Actor::gateway(), AuditAction::SetPrices);
    let entry = AuditEntry::new(by, action, GATEWAY, now, &randomness);
    Prices::set(&*store, &[(saudi_arabia, Credits::ONE)], &entry).await?;
    println!("prices in the map: {:?}", Prices::list(&*store).await?);

    let promise = otp_testkit::contract::administration::plans_read_back_and_names_are_unique;
    promise(store.clone()).await;
    for plan in Plans::list(&*store).await? {
        println!(
            "a plan in the map: {} for {} credits",
            plan.name, plan.credits
        );
    }
    println!("one promise of the storage contract holds; `cargo test -p otp-examples` checks all");
    Ok(())
}

#[cfg(test)]
mod the_whole_contract {
    otp_testkit::storage_contract!(async { (super::MapStore::create(), ()) });
}

/// While a port is written, the modules that use it are enough, and fail sooner.
#[cfg(test)]
mod some_modules {
    otp_testkit::storage_contract!(async { (super::MapStore::create(), ()) }; administration, pages);
}
