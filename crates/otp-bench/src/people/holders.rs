//! People who have an address at the gateway.

use std::path::Path;

use anyhow::{Context as _, ensure};
use otp_core::account::{ContactLine, HOUSE_ACCOUNT};
use otp_core::audit::{AuditAction, AuditEntry};
use otp_core::ids::{AuditEntryId, PersonId};
use otp_core::keyring::MasterKey;
use otp_core::person::{AccountRole, Membership, Person, PersonalDetails};
use otp_core::recipient::EmailAddress;
use otp_core::time::Timestamp;
use otp_core::ui_language::UiLanguage;
use otp_e2e::proofs::installation;
use otp_testkit::SeededRandomness;
use uuid::Uuid;

use crate::rig::{MASTER_KEY, Rig};

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
        let id = Uuid::from_u128(u128::try_from(number)? + 1);
        let details = PersonalDetails {
            email: EmailAddress::parse(&address_of(number))?,
            name: ContactLine::parse("Person")?,
        };
        let now = Timestamp::from_unix_millis(1_795_000_000_000);
        let person = Person::seal(
            (PersonId(id), &details, password.clone()),
            UiLanguage::English,
            now,
            (&sealer, &randomness),
        );
        let membership = Membership {
            person_id: person.id,
            account_id: HOUSE_ACCOUNT,
            role: AccountRole::Viewer,
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
    }
    Ok(())
}
