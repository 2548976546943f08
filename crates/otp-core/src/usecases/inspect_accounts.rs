//! Inspect accounts: staff find an account, and see what it has.
//!
//! Its contact details are masked. To see them in the clear, the audit trail records it first.

use std::collections::BTreeSet;
use std::sync::Arc;

use uuid::Uuid;

use crate::account::{Account, Contact, ContactLine};
use crate::api_key::ApiKey;
use crate::audit::chain::ChainedEntry;
use crate::audit::{AuditAction, AuditEntry};
use crate::ids::{AccountId, parse_uuid};
use crate::keyring::MasterKeys;
use crate::page::{Cursor, Listed, Page, PagePosition, PageSize};
use crate::person::permission::StaffAction;
use crate::plan::Plan;
use crate::ports::{Accounts, AuditTrail, Clock, Keyring, Plans, PortError, Randomness};
use crate::recipient::EmailAddress;
use crate::subscription::Subscription;
use crate::usecases::account_sealers::open_all;
use crate::usecases::find_accounts::{FindAccountsError, open_contact};
use crate::usecases::find_senders::{FindSenders, FindSendersError, FoundSender};
use crate::usecases::list_api_keys::ListApiKeys;
use crate::usecases::list_subscriptions::ListSubscriptions;
use crate::usecases::staff_actor::StaffActor;

/// At most this many accounts are searched, the newest first. Their names are sealed, so each of them is opened: the cost
/// grows with their number.
pub const MAX_SEARCHED: usize = 2_000;

/// At most this many accounts are found.
pub const MAX_FOUND: usize = 50;

/// At most this many entries of the audit trail are searched for those about an account, the newest first.
pub const MAX_ENTRIES: usize = 1_000;

/// Inspects accounts.
#[derive(Clone)]
pub struct InspectAccounts {
    /// Stores accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Stores their keys.
    pub keyring: Arc<dyn Keyring>,
    /// Opens the keys.
    pub master_keys: Arc<MasterKeys>,
    /// Lists their subscriptions.
    pub subscriptions: ListSubscriptions,
    /// Names the plans of those.
    pub plans: Arc<dyn Plans>,
    /// Lists their API keys.
    pub api_keys: ListApiKeys,
    /// Lists their senders.
    pub senders: FindSenders,
    /// Records who saw contact details.
    pub audit: Arc<dyn AuditTrail>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates the id of the entry.
    pub randomness: Arc<dyn Randomness>,
}

/// An account in a list of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedAccount {
    /// The account.
    pub account: Account,
    /// The business; `None` once it is erased.
    pub company: Option<ContactLine>,
}

/// The result of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundAccounts {
    /// The accounts, newest first.
    pub accounts: Vec<ListedAccount>,
    /// Whether there may be others, which the search did not reach.
    pub may_have_more: bool,
}

/// An account as staff see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectedAccount {
    /// The account.
    pub account: Account,
    /// Its holder; `None` once they are erased.
    pub holder: Option<Holder>,
    /// Its subscriptions, newest first.
    pub subscriptions: Vec<Subscription>,
    /// All plans, which name those of the subscriptions.
    pub plans: Vec<Plan>,
    /// Its keys, without their secrets.
    pub keys: Vec<ApiKey>,
    /// Its senders.
    pub senders: Vec<FoundSender>,
    /// Recent entries of the audit trail about the account and what it has, newest first; `None` if the role does not
    /// allow to look at the trail.
    pub entries: Option<Vec<ChainedEntry>>,
}

/// The holder of an account, masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The business.
    pub company: ContactLine,
    /// The person or department responsible.
    pub name: ContactLine,
    /// The number, masked.
    pub phone: String,
    /// The mail address, masked.
    pub email: String,
}

/// The reason accounts were not shown.
#[derive(Debug, thiserror::Error)]
pub enum InspectAccountsError {
    /// The role does not allow it.
    #[error("the role does not allow it")]
    Forbidden,
    /// There is no such account, or its holder is erased.
    #[error("no account has that id")]
    NotFound,
    /// The contact details could not be read.
    #[error(transparent)]
    Contact(#[from] FindAccountsError),
    /// The senders could not be read.
    #[error(transparent)]
    Senders(#[from] FindSendersError),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl From<(Account, Option<Contact>)> for ListedAccount {
    fn from((account, contact): (Account, Option<Contact>)) -> Self {
        Self {
            account,
            company: contact.map(|contact| contact.company),
        }
    }
}

impl Listed for Account {
    fn position(&self) -> PagePosition {
        PagePosition {
            created_at: self.created_at,
            id: self.id.0,
        }
    }
}

impl InspectAccounts {
    /// Returns a page of the accounts without their test accounts, newest first.
    pub async fn list(
        &self,
        by: StaffActor<'_>,
        cursor: Option<Cursor>,
        size: PageSize,
    ) -> Result<Page<ListedAccount>, InspectAccountsError> {
        looks(by)?;
        let start = PagePosition::start(cursor, None);
        let found = self.accounts.list_accounts(start, size.with_one_more());
        let page = Page::of_found(found.await?, size);
        let opened = self.open(page.items).await?.into_iter();
        Ok(Page {
            items: opened.map(ListedAccount::from).collect(),
            next: page.next,
        })
    }

    /// Finds accounts by their id, by a part of their company's or holder's name, or by their whole mail address.
    pub async fn search(
        &self,
        by: StaffActor<'_>,
        text: &str,
    ) -> Result<FoundAccounts, InspectAccountsError> {
        looks(by)?;
        let id = parse_uuid(text.trim()).ok().map(AccountId);
        let accounts = match id {
            Some(id) => {
                let found = self.accounts.find(id).await?;
                let found = found.filter(|account| account.test_of.is_none());
                found.into_iter().collect()
            }
            None => {
                let searched = MAX_SEARCHED + 1;
                let end = PagePosition::END;
                self.accounts.list_accounts(end, searched).await?
            }
        };
        let mut may_have_more = accounts.len() > MAX_SEARCHED;
        let searched = accounts.into_iter().take(MAX_SEARCHED).collect();
        let sought = Sought::of(text);
        let mut found = self.open(searched).await?;
        found.retain(|(_, contact)| id.is_some() || sought.is_in(contact.as_ref()));
        may_have_more |= found.len() > MAX_FOUND;
        let found = found.into_iter().take(MAX_FOUND);
        Ok(FoundAccounts {
            accounts: found.map(ListedAccount::from).collect(),
            may_have_more,
        })
    }

    /// Returns an account with masked contact details, and what it has.
    pub async fn show(
        &self,
        by: StaffActor<'_>,
        id: AccountId,
    ) -> Result<InspectedAccount, InspectAccountsError> {
        let sees_audit = by.clone().authorise(StaffAction::LookAtAudit).is_some();
        looks(by)?;
        let (account, contact) = self.find(id).await?;
        let subscriptions = self.subscriptions.execute(id).await?;
        let keys = self.api_keys.execute(id).await?;
        let senders = self.senders.list(Some(id)).await?;
        let entries = if sees_audit {
            let mut about: BTreeSet<Uuid> = [id.0].into();
            about.extend(subscriptions.iter().map(|one| one.id.0));
            about.extend(keys.iter().map(|key| key.id.0));
            about.extend(senders.iter().map(|found| found.sender.id.0));
            let recent = self.audit.list_audit_entries(u64::MAX, MAX_ENTRIES);
            let mut entries = recent.await?;
            entries.retain(|chained| about.contains(&chained.entry.subject));
            Some(entries)
        } else {
            None
        };
        Ok(InspectedAccount {
            holder: contact.map(|contact| Holder {
                phone: contact.phone.masked(),
                email: contact.email.masked(),
                company: contact.company,
                name: contact.name,
            }),
            plans: self.plans.list().await?,
            account,
            subscriptions,
            keys,
            senders,
            entries,
        })
    }

    /// Returns the contact details of an account in the clear, once the audit trail has recorded it.
    pub async fn reveal_contact(
        &self,
        by: StaffActor<'_>,
        id: AccountId,
    ) -> Result<Contact, InspectAccountsError> {
        let actor = by.authorise(StaffAction::HandleOrders);
        let actor = actor.ok_or(InspectAccountsError::Forbidden)?;
        let (_, contact) = self.find(id).await?;
        let contact = contact.ok_or(InspectAccountsError::NotFound)?;
        let (action, now) = (AuditAction::RevealAccountContact, self.clock.now());
        let entry = AuditEntry::new(actor, action, id.0, now, &*self.randomness);
        self.audit.append_audit_entries(&[entry]).await?;
        Ok(contact)
    }

    /// Returns an account that sends, with its contact details if they are not erased.
    async fn find(
        &self,
        id: AccountId,
    ) -> Result<(Account, Option<Contact>), InspectAccountsError> {
        let account = self.accounts.find(id).await?;
        let account = account.filter(|account| account.test_of.is_none());
        let opened = self.open(account.into_iter().collect()).await?;
        let found = opened.into_iter().next();
        found.ok_or(InspectAccountsError::NotFound)
    }

    async fn open(
        &self,
        accounts: Vec<Account>,
    ) -> Result<Vec<(Account, Option<Contact>)>, InspectAccountsError> {
        let ids: Vec<_> = accounts.iter().map(|account| account.id).collect();
        let sealers = open_all(&*self.keyring, &self.master_keys, &ids).await?;
        let open = |account: Account| {
            let contact = open_contact(&account, sealers.get(&account.id))?;
            Ok((account, contact))
        };
        accounts.into_iter().map(open).collect()
    }
}

/// Refuses who may not look at accounts.
fn looks(by: StaffActor<'_>) -> Result<(), InspectAccountsError> {
    let actor = by.authorise(StaffAction::LookAtAccounts);
    actor.map(|_| ()).ok_or(InspectAccountsError::Forbidden)
}

/// The subject of a search.
enum Sought {
    /// A whole mail address. A part of one would tell what is masked, letter by letter.
    Email(EmailAddress),
    /// A part of a name, in lower case.
    Name(String),
}

impl Sought {
    fn of(text: &str) -> Self {
        let text = text.trim();
        let email = EmailAddress::parse(text);
        email.map_or_else(|_| Self::Name(text.to_lowercase()), Self::Email)
    }

    fn is_in(&self, contact: Option<&Contact>) -> bool {
        contact.is_some_and(|contact| match self {
            Self::Email(email) => contact.email == *email,
            Self::Name(part) => [&contact.company, &contact.name]
                .iter()
                .any(|name| name.as_str().to_lowercase().contains(part)),
        })
    }
}
