//! Record consent: applies the requests of people who write STOP or START to a sender's number.
//!
//! After STOP, the person gets no more messages from the accounts that use that number; after START, they
//! get them again. A request whose recipient is not certain is kept and tried again later, when a receipt
//! may have identified the person.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use crate::ids::AccountId;
use crate::opt_out::resolution::{AccountConsent, ResolutionFacts};
use crate::opt_out::{InboundConsent, UnresolvedConsent};
use crate::ports::{
    AnsweredMessage, Clock, ConsentTargets, OptOuts, PortError, Randomness, RecipientIdentities,
};
use crate::recipient::PhoneNumber;
use crate::sealing::{AccountSealer, InstallationSealer};
use crate::usecases::account_sealers::{AccountSealers, open_recipient};

/// How long a request waits for a receipt that identifies the person.
pub const UNRESOLVED_LIFETIME: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// At most this many requests wait; beyond that the oldest are dropped.
pub const MAX_UNRESOLVED: usize = 1_000;

/// Records consent requests.
#[derive(Clone)]
pub struct RecordConsent {
    /// Stores the requests.
    pub opt_outs: Arc<dyn OptOuts>,
    /// Stores the provider's identities of recipients.
    pub identities: Arc<dyn RecipientIdentities>,
    /// Indexes the person for each account.
    pub sealers: AccountSealers,
    /// Seals the person while the account is not known.
    pub installation: Arc<InstallationSealer>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates nonces.
    pub randomness: Arc<dyn Randomness>,
}

/// The result of one round over the kept requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KeptConsents {
    /// The number of requests whose recipient was found.
    pub resolved: usize,
    /// The number of requests that still wait.
    pub waiting: usize,
    /// The number of requests that were dropped.
    pub dropped: usize,
}

impl RecordConsent {
    /// Records or keeps requests as they arrive. All of them are durable when this returns `Ok`.
    pub async fn execute(&self, requests: Vec<InboundConsent>) -> Result<(), PortError> {
        let waiting = self.resolve(&requests).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let seal = |index: usize| requests[index].seal(&self.installation, &*self.randomness);
        let sealed: Vec<_> = waiting.into_iter().map(seal).collect();
        self.opt_outs.keep_unresolved(&sealed).await
    }

    /// Tries to resolve the kept requests again. Any process may do this at any time.
    pub async fn resolve_kept(&self) -> Result<KeptConsents, PortError> {
        let kept = self.opt_outs.list_unresolved().await?;
        if kept.is_empty() {
            return Ok(KeptConsents::default());
        }
        // A request that does not open can never be resolved. It is dropped when its lifetime is over.
        let (readable, opened): (Vec<&UnresolvedConsent>, Vec<InboundConsent>) = kept
            .iter()
            .filter_map(|kept| Some((kept, kept.open(&self.installation).ok()?)))
            .unzip();
        let waiting: BTreeSet<_> = self.resolve(&opened).await?.into_iter().collect();
        let resolved: Vec<UnresolvedConsent> = readable
            .into_iter()
            .enumerate()
            .filter(|(index, _)| !waiting.contains(index))
            .map(|(_, kept)| kept.clone())
            .collect();
        let too_old = self.clock.now() - UNRESOLVED_LIFETIME;
        let dropped = self
            .opt_outs
            .forget_unresolved(&resolved, too_old, MAX_UNRESOLVED)
            .await?;
        Ok(KeptConsents {
            resolved: resolved.len(),
            waiting: (kept.len() - resolved.len()).saturating_sub(dropped),
            dropped,
        })
    }

    /// Records the requests that resolve, and returns the positions of those that have to wait.
    async fn resolve(&self, requests: &[InboundConsent]) -> Result<Vec<usize>, PortError> {
        if requests.is_empty() {
            return Ok(Vec::new());
        }
        let addressed = self.addressed(requests).await?;
        let facts = self.facts(&addressed).await?;
        let mut entries = Vec::new();
        let mut learned = Vec::new();
        let mut waiting = BTreeSet::new();
        for (position, consent) in &addressed {
            let resolution = consent.resolve(&facts);
            entries.extend(resolution.entry);
            learned.extend(resolution.learned);
            if resolution.waits {
                waiting.insert(*position);
            }
        }
        if !entries.is_empty() {
            self.opt_outs.record_consent(Arc::from(entries)).await?;
        }
        if !learned.is_empty() {
            self.identities.remember(&learned).await?;
        }
        Ok(waiting.into_iter().collect())
    }

    /// Returns each request as each account concerned sees it, with the request's position.
    async fn addressed<'a>(
        &self,
        requests: &'a [InboundConsent],
    ) -> Result<Vec<(usize, AccountConsent<'a>)>, PortError> {
        let numbers = requests.iter().filter_map(|r| r.phone_number_id.clone());
        let answered = requests.iter().filter_map(|r| r.context);
        let (numbers, answered) = (numbers.collect(), answered.collect());
        let targets = self
            .opt_outs
            .find_consent_targets(&numbers, &answered)
            .await?;
        let mut sealers = HashMap::<AccountId, Option<Arc<AccountSealer>>>::new();
        for account in accounts_of(&targets) {
            sealers.insert(account, self.sealers.find(account).await?);
        }
        let sealer = |account: AccountId| sealers.get(&account).and_then(Option::as_deref);
        let mut addressed = Vec::new();
        for (position, request) in requests.iter().enumerate() {
            let answered = request.context.and_then(|id| targets.answered.get(&id));
            let answered_number =
                answered.and_then(|answered| number_of(sealer(answered.account_id), answered));
            for account in accounts_for(request, &targets) {
                let Some(sealer) = sealer(account) else {
                    continue;
                };
                addressed.push((
                    position,
                    AccountConsent {
                        consent: request,
                        account_id: account,
                        answered: match answered {
                            Some(answered) if answered.account_id == account => {
                                answered.recipient_index
                            }
                            // The person is the same for every account that uses the number.
                            _ => answered_number.as_ref().map(|to| sealer.index(to)),
                        },
                        identities: request.from.indexes(sealer),
                        number: request.number.as_ref().map(|to| sealer.index(to)),
                    },
                ));
            }
        }
        Ok(addressed)
    }

    async fn facts(
        &self,
        addressed: &[(usize, AccountConsent<'_>)],
    ) -> Result<ResolutionFacts, PortError> {
        let named = addressed.iter().flat_map(|(_, consent)| {
            let of_account = |identity: &_| (consent.account_id, *identity);
            consent.identities.iter().map(of_account)
        });
        let named: Vec<_> = named.collect::<BTreeSet<_>>().into_iter().collect();
        let mut facts = ResolutionFacts::default();
        if !named.is_empty() {
            facts.identities = self.identities.find_identities(&named).await?;
        }
        let candidates: BTreeSet<_> = addressed
            .iter()
            .filter_map(|(_, consent)| consent.candidate(&facts))
            .collect();
        if !candidates.is_empty() {
            let contacted = self.opt_outs.find_contacted(&candidates).await?;
            facts.contacted = contacted.into_keys().collect();
        }
        Ok(facts)
    }
}

/// Returns the accounts a request concerns: all that send from the number it was written to, and the
/// one whose message it answers.
fn accounts_for(request: &InboundConsent, targets: &ConsentTargets) -> BTreeSet<AccountId> {
    let number = request.phone_number_id.as_ref();
    let of_number = number.and_then(|id| targets.accounts.get(id)).into_iter();
    let answered = request.context.and_then(|id| targets.answered.get(&id));
    of_number
        .flatten()
        .copied()
        .chain(answered.map(|answered| answered.account_id))
        .collect()
}

fn accounts_of(targets: &ConsentTargets) -> BTreeSet<AccountId> {
    let of_numbers = targets.accounts.values().flatten().copied();
    let of_messages = targets
        .answered
        .values()
        .map(|answered| answered.account_id);
    of_numbers.chain(of_messages).collect()
}

fn number_of(sealer: Option<&AccountSealer>, answered: &AnsweredMessage) -> Option<PhoneNumber> {
    let stored = answered.recipient.as_ref()?;
    open_recipient(sealer, stored.message_id, Some(&stored.sealed))
        .ok()
        .flatten()?
        .phone()
}
