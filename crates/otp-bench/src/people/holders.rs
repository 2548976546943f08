//! People who have an address at the gateway.

use std::path::Path;

use anyhow::{Context as _, ensure};
use otp_core::account::{ContactLine, HOUSE_ACCOUNT};
use otp_core::audit::{AuditAction, AuditEntry};
use otp_core::ids::{AccountId, AuditEntryId, PersonId, SessionId};
use otp_core::keyring::MasterKey;
use otp_core::person::device::Device;
use otp_core::person::password::PasswordHash;
use otp_core::person::session::{Session, SessionToken, Stage};
use otp_core::person::{AccountRole, Membership, Person, PersonalDetails};
use otp_core::ports::{Randomness, Storage};
use otp_core::recipient::EmailAddress;
use otp_core::sealing::InstallationSealer;
use otp_core::time::Timestamp;
use otp_core::ui_language::UiLanguage;
use otp_e2e::proofs::installation;
use otp_testkit::SeededRandomness;
use uuid::Uuid;

use crate::measure::since_epoch;
use crate::rig::{MASTER_KEY, Rig};

/// People who are signed in, and look at the first account of a rig.
pub(super) struct Viewers {
    /// The cookie of each.
    pub(super) cookies: Vec<String>,
}

impl Viewers {
    /// Adds people, and signs them in.
    pub(super) async fn add(rig: &Rig, program: &Path, count: usize) -> anyhow::Result<Self> {
        let accounts = rig.command(program, &["account", "list"])?;
        let account = accounts[0]["id"].as_str().context("no account")?;
        let account = AccountId(Uuid::try_parse(account)?);
        let storage = rig.database.open().await;
        let randomness = SeededRandomness::new(8);
        let sealer = installation(storage.clone(), &MasterKey::parse(MASTER_KEY)?).await;
        // Nobody signs in with it.
        let password = PasswordHash("none".to_owned());
        let now = Timestamp::from_unix_millis(i64::try_from(since_epoch().as_millis())?);
        let mut cookies = Vec::new();
        for number in 0..count {
            let holder = Holder {
                number,
                account,
                role: AccountRole::Owner,
                now,
            };
            let person = holder
                .join(&*storage, &password, (&sealer, &randomness))
                .await?;
            let token = SessionToken::generate(&randomness);
            let ids = (SessionId::generate(now, &randomness), person);
            let device = Device::of_user_agent(None);
            let session = Session::begin(ids, &token, device, Stage::SignedIn, now);
            let begun = storage
                .begin_session(&session, &password, None, &[])
                .await?;
            ensure!(begun, "person {number} is not signed in");
            cookies.push(format!("__Host-session={}", &*token.expose()));
        }
        Ok(Self { cookies })
    }
}

/// A person to add.
struct Holder {
    number: usize,
    account: AccountId,
    role: AccountRole,
    now: Timestamp,
}

impl Holder {
    /// Adds the person, and returns their id.
    async fn join(
        self,
        storage: &dyn Storage,
        password: &PasswordHash,
        sealing: (&InstallationSealer, &dyn Randomness),
    ) -> anyhow::Result<PersonId> {
        let Self { number, now, .. } = self;
        let id = Uuid::from_u128(u128::try_from(number)? + 1);
        let details = PersonalDetails {
            email: EmailAddress::parse(&address_of(number))?,
            name: ContactLine::parse("Person")?,
        };
        let of_person = (PersonId(id), &details, password.clone());
        let person = Person::seal(of_person, UiLanguage::English, now, sealing);
        let membership = Membership {
            person_id: person.id,
            account_id: self.account,
            role: self.role,
            since: now,
        };
        let entry = AuditEntry {
            id: AuditEntryId(id),
            at: now,
            actor: person.id.actor(),
            action: AuditAction::AddPerson,
            subject: id,
        };
        let joined = storage.join_account(&person, &membership, &entry).await?;
        ensure!(joined, "person {number} was there already");
        Ok(person.id)
    }
}

/// The person whom a command adds: their password is hashed as the server does it.
const FIRST: &str = "first@example.com";

/// Returns the address of a person.
pub(super) fn address_of(number: usize) -> String {
    format!("person{number:06}@example.com")
}

/// Adds people. Hashing a password takes long, so all have the hash of the first one.
pub(super) async fn add_holders(rig: &Rig, program: &Path, count: usize) -> anyhow::Result<()> {
    let invite = ["staff", "invite", "--email", FIRST, "--role", "admin"];
    rig.command(program, &invite)?;
    let storage = rig.database.open().await;
    let randomness = SeededRandomness::new(7);
    let master_key = MasterKey::parse(MASTER_KEY)?;
    let sealer = installation(storage.clone(), &master_key).await;
    let index = sealer.person_index(&EmailAddress::parse(FIRST)?);
    let first = storage.find_person_by_email(index).await?;
    let password = first.context("the first person")?.password;
    for number in 0..count {
        let holder = Holder {
            number,
            account: HOUSE_ACCOUNT,
            role: AccountRole::Viewer,
            now: Timestamp::from_unix_millis(1_795_000_000_000),
        };
        let sealing = (&*sealer, &randomness as _);
        holder.join(&*storage, &password, sealing).await?;
    }
    Ok(())
}
