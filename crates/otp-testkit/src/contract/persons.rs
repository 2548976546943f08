//! Promises on the people who sign in.

use std::sync::Arc;
use std::time::Duration;

use otp_core::account::{Account, AccountRules, ContactLine, SealedContact};
use otp_core::audit::{AuditAction, AuditEntry};
use otp_core::ids::{AccountId, AuditEntryId, PersonId};
use otp_core::keyring::KeyOwner;
use otp_core::language::LanguageTag;
use otp_core::notice::MutedTopics;
use otp_core::notice::{MailNotice, NoticeKind};
use otp_core::person::password::PasswordHash;
use otp_core::person::{
    AccountRole, Membership, NewHolder, Person, PersonalDetails, SecurityRecord,
};
use otp_core::ports::{Accounts, Storage};
use otp_core::proof::ProofSubject;
use otp_core::recipient::EmailAddress;
use otp_core::sealing::Sealed;
use otp_core::ui_language::UiLanguage;
use uuid::Uuid;

use super::administration::assert_conflict;
use super::audit_trail::audit_entries;
use super::fixture::{Fixture, START, contact};

/// The `number`-th person, with the mail address of the `address`-th.
pub(super) fn person(fixture: &Fixture, number: u8, address: u8) -> Person {
    let email = format!("person{address}@example.com");
    let details = PersonalDetails {
        email: EmailAddress::parse(&email).expect("an address"),
        name: ContactLine::parse(&format!("Person {number}")).expect("one line"),
    };
    let id = PersonId(Uuid::from_u128(number.into()));
    let password = PasswordHash(format!("hash {number}"));
    let sealing = (&*fixture.installation, &*fixture.randomness as _);
    let created_at = START + Duration::from_secs(number.into());
    Person::seal(
        (id, &details, password),
        UiLanguage::Arabic,
        created_at,
        sealing,
    )
}

fn membership(person: &Person, account_id: AccountId) -> Membership {
    Membership {
        person_id: person.id,
        account_id,
        role: AccountRole::Developer,
        since: person.created_at,
    }
}

fn entry(number: u8, action: AuditAction, person: &Person) -> AuditEntry {
    AuditEntry {
        id: AuditEntryId(Uuid::from_u128(number.into())),
        at: START + Duration::from_secs(number.into()),
        actor: person.id.actor(),
        action,
        subject: person.id.0,
    }
}

/// A person who opens the account with this id.
fn holder(fixture: &Fixture, person: Person, account: u8) -> NewHolder {
    let id = AccountId(Uuid::from_u128(u128::from(account) << 64));
    let key = fixture
        .master_keys
        .generate_key(KeyOwner::Account(id), &*fixture.randomness);
    let sealer = fixture.master_keys.account_sealer(id, &key);
    let sealer = sealer.expect("the key that was just made");
    let account = Account {
        id,
        test_of: None,
        contact: SealedContact::seal(&contact(), &sealer, &*fixture.randomness),
        default_language: LanguageTag::parse("ar").expect("a language"),
        rules: AccountRules::default(),
        proof_subject: ProofSubject::default(),
        email_sender: None,
        muted_topics: MutedTopics::NONE,
        created_at: START,
    };
    NewHolder {
        membership: membership(&person, id),
        person,
        account,
        key,
    }
}

async fn join(fixture: &Fixture, person: &Person, number: u8) -> bool {
    let entry = entry(number, AuditAction::SignUp, person);
    let membership = membership(person, fixture.account);
    let joined = fixture.store.join_account(person, &membership, &entry);
    joined.await.expect("joined or not")
}

/// Adds a person to the fixture's account.
pub(super) async fn joined(fixture: &Fixture, number: u8) -> Person {
    let person = person(fixture, number, number);
    assert!(join(fixture, &person, number).await);
    person
}

async fn audited(fixture: &Fixture) -> usize {
    audit_entries(&*fixture.store).await.len()
}

/// A person reads back as written, and is found by id and by address.
pub async fn persons_read_back_and_are_found_by_address(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let (first, second) = (joined(&fixture, 1).await, joined(&fixture, 2).await);
    for person in [&first, &second] {
        let found = fixture.store.find_person(person.id).await.expect("find");
        assert_eq!(found.as_ref(), Some(person));
        let by_email = fixture.store.find_person_by_email(person.email_index);
        assert_eq!(by_email.await.expect("find").as_ref(), Some(person));
        let memberships = fixture.store.list_memberships(person.id).await;
        let expected = membership(person, fixture.account);
        assert_eq!(memberships.expect("list"), [expected]);
    }
    let nobody = person(&fixture, 3, 3);
    let found = fixture.store.find_person(nobody.id).await;
    assert_eq!(found.expect("look up"), None);
    let by_email = fixture.store.find_person_by_email(nobody.email_index);
    assert_eq!(by_email.await.expect("look up"), None);
    assert_eq!(audited(&fixture).await, 2);
}

/// Whoever signs up has an account with its key, and is in it.
pub async fn opening_an_account_adds_all_of_it(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let new = holder(&fixture, person(&fixture, 1, 1), 7);
    let entry = entry(1, AuditAction::SignUp, &new.person);
    let opened = fixture.store.open_account(&new, &entry).await;
    assert!(opened.expect("opened"));
    let account = Accounts::find(&*fixture.store, new.account.id)
        .await
        .expect("find");
    assert_eq!(account.as_ref(), Some(&new.account));
    let key = fixture.store.find_account_key(new.account.id).await;
    assert!(key.expect("find").is_some());
    let memberships = fixture.store.list_memberships(new.person.id).await;
    assert_eq!(memberships.expect("list"), [new.membership]);
    assert_eq!(audit_entries(&*fixture.store).await, [entry]);
}

/// A second person with the same address is refused, and nothing of them remains.
pub async fn an_address_belongs_to_one_person(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let first = joined(&fixture, 1).await;
    let second = person(&fixture, 2, 1);
    assert!(!join(&fixture, &second, 2).await);
    let new = holder(&fixture, person(&fixture, 3, 1), 7);
    let entry = entry(3, AuditAction::SignUp, &new.person);
    let opened = fixture.store.open_account(&new, &entry).await;
    assert!(!opened.expect("refused"));
    for id in [second.id, new.person.id] {
        let found = fixture.store.find_person(id).await.expect("look up");
        assert_eq!(found, None);
    }
    let account = Accounts::find(&*fixture.store, new.account.id)
        .await
        .expect("look up");
    assert_eq!(account, None);
    let key = fixture.store.find_account_key(new.account.id).await;
    assert!(key.expect("look up").is_none());
    let found = fixture.store.find_person_by_email(first.email_index).await;
    assert_eq!(found.expect("find"), Some(first));
    assert_eq!(audited(&fixture).await, 1);
}

/// Of many who sign up with one address at the same time, one does.
pub async fn concurrent_sign_ups_of_one_address_add_one_person(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let signing_up = (1..=20).map(|number| {
        let fixture = fixture.clone();
        tokio::spawn(async move {
            let new = holder(&fixture, person(&fixture, number, 1), number);
            let entry = entry(number, AuditAction::SignUp, &new.person);
            let opened = fixture.store.open_account(&new, &entry).await;
            opened.expect("opened or refused")
        })
    });
    let mut opened = 0;
    for one in signing_up.collect::<Vec<_>>() {
        opened += usize::from(one.await.expect("no panic"));
    }
    assert_eq!((opened, audited(&fixture).await), (1, 1));
    let accounts = Accounts::list(&*fixture.store).await.expect("list");
    assert_eq!(accounts.len(), 2, "the fixture's and one more");
}

/// Nobody joins an account that does not exist, and nothing of them remains.
pub async fn joining_an_unknown_account_leaves_nothing(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let person = person(&fixture, 1, 1);
    let membership = membership(&person, AccountId(Uuid::from_u128(42)));
    let entry = entry(1, AuditAction::SignUp, &person);
    let joined = fixture.store.join_account(&person, &membership, &entry);
    assert_conflict(joined.await);
    let found = fixture.store.find_person(person.id).await.expect("look up");
    assert_eq!((found, audited(&fixture).await), (None, 0));
}

/// Makes a record of this entry, with a mail to the person.
pub(super) fn record(fixture: &Fixture, entry: AuditEntry) -> SecurityRecord {
    let kind = NoticeKind::PasswordChanged {
        person_id: PersonId(entry.subject),
    };
    let occasion = entry.id.0.to_string();
    let notice = MailNotice::new(fixture.account, kind, &occasion, None, entry.at);
    SecurityRecord {
        entry,
        notice: Some(notice),
    }
}

/// Returns how many notices wait.
pub(super) async fn waiting_notices(fixture: &Fixture) -> usize {
    let waiting = fixture.store.list_unsent(100).await;
    waiting.expect("listed").len()
}

/// A new password is set with its entry and its mail, and only of a person that exists.
pub async fn a_password_is_set_with_its_record(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let (first, other) = (joined(&fixture, 1).await, joined(&fixture, 2).await);
    let new = PasswordHash("new".to_owned());
    let change = entry(3, AuditAction::ChangePassword, &first);
    let change = record(&fixture, change);
    let set = fixture.store.set_password(first.id, &new, None, &change);
    assert!(set.await.expect("set"));
    let expected = Person {
        password: new.clone(),
        ..first.clone()
    };
    for person in [expected, other] {
        let found = fixture.store.find_person(person.id).await.expect("find");
        assert_eq!(found, Some(person));
    }
    let nobody = person(&fixture, 9, 9);
    let change = entry(4, AuditAction::ChangePassword, &nobody);
    let change = record(&fixture, change);
    let set = fixture.store.set_password(nobody.id, &new, None, &change);
    assert!(!set.await.expect("refused"));
    assert_eq!(audited(&fixture).await, 3);
    assert_eq!(waiting_notices(&fixture).await, 1);
}

/// A stronger hash replaces the hash it was made for, and no later one.
pub async fn a_rehash_never_undoes_a_new_password(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let person = joined(&fixture, 1).await;
    let stronger = PasswordHash("stronger".to_owned());
    for (before, expected) in [
        ("another", person.password.clone()),
        ("hash 1", stronger.clone()),
    ] {
        let before = PasswordHash(before.to_owned());
        let rehashed = fixture.store.rehash_password(person.id, &before, &stronger);
        rehashed.await.expect("done");
        let found = fixture.store.find_person(person.id).await.expect("find");
        assert_eq!(found.map(|found| found.password), Some(expected));
    }
}

/// A new name and language are those of this person only, and nothing else of theirs changes.
pub async fn details_are_set_for_one_person(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let (one, other) = (person(&fixture, 1, 1), person(&fixture, 2, 2));
    for (number, person) in [(1, &one), (2, &other)] {
        let membership = membership(person, fixture.account);
        let entry = entry(number, AuditAction::SignUp, person);
        let joined = fixture
            .store
            .join_account(person, &membership, &entry)
            .await;
        assert!(joined.expect("joined"));
    }
    let name = Sealed(vec![7]);
    let set = |id| fixture.store.set_details(id, &name, UiLanguage::English);
    assert!(set(one.id).await.expect("set"));
    let unknown = PersonId(Uuid::from_u128(99));
    assert!(!set(unknown).await.expect("not set"));
    let changed = Person {
        name: name.clone(),
        language: UiLanguage::English,
        ..one
    };
    for expected in [changed, other] {
        let found = fixture.store.find_person(expected.id).await;
        assert_eq!(found.expect("a look-up"), Some(expected));
    }
}
