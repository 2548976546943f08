//! Promises on corrections of what operators set up.

use std::sync::Arc;
use std::time::Duration;

use otp_core::account::{AccountChange, AccountStanding};
use otp_core::channel::whatsapp::health::HealthChange;
use otp_core::credits::Credits;
use otp_core::ids::{AccountId, PlanId};
use otp_core::language::LanguageTag;
use otp_core::notice::{LowBalance, MutedTopics, NoticeTopic};
use otp_core::page::PagePosition;
use otp_core::plan::Plan;
use otp_core::ports::{Accounts, Plans, Prices, Senders, Storage};
use otp_core::pricing::{PriceChange, PriceKey};
use otp_core::proof::ProofSubject;
use otp_core::sealing::Sealed;
use uuid::Uuid;

use super::administration::{assert_conflict, next_instant, sender, template};
use super::fixture::{Fixture, START, credits};

/// A change replaces the values that it names, in one account.
pub async fn a_change_of_an_account_replaces_what_it_names(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let other = fixture.another_account().await;
    let find = |id| Accounts::find(&*fixture.store, id);
    let before = find(fixture.account).await.expect("find").expect("account");
    let untouched = find(other).await.expect("find");
    let change = AccountChange {
        email: Some(Sealed(vec![7, 8, 9])),
        address: Some(None),
        low_balance: Some(LowBalance::try_new(25).expect("a percentage")),
        standing: Some(AccountStanding::Restricted),
        ..AccountChange::default()
    };
    let changed = fixture.change(fixture.account, &change).await;
    assert!(changed.expect("change"));
    let mut expected = before.clone();
    expected.contact.email = Sealed(vec![7, 8, 9]);
    expected.contact.address = None;
    expected.rules.low_balance = LowBalance::try_new(25).expect("a percentage");
    expected.rules.standing = AccountStanding::Restricted;
    let found = find(fixture.account).await.expect("find");
    assert_eq!(found.as_ref(), Some(&expected));

    let rest = AccountChange {
        name: Some(Sealed(vec![1])),
        phone: Some(Sealed(vec![2])),
        company: Some(Sealed(vec![3])),
        address: Some(Some(Sealed(vec![4]))),
        muted_topics: Some(MutedTopics::from_iter([NoticeTopic::Keys])),
        default_language: Some(LanguageTag::parse("ar").expect("language")),
        ..AccountChange::default()
    };
    let changed = fixture.change(fixture.account, &rest).await;
    assert!(changed.expect("change"));
    expected.contact.name = Sealed(vec![1]);
    expected.contact.phone = Sealed(vec![2]);
    expected.contact.company = Sealed(vec![3]);
    expected.contact.address = Some(Sealed(vec![4]));
    expected.muted_topics = MutedTopics::from_iter([NoticeTopic::Keys]);
    expected.default_language = LanguageTag::parse("ar").expect("language");
    let nothing = AccountChange::default();
    let changed = fixture.change(fixture.account, &nothing).await;
    assert!(
        changed.expect("change"),
        "a change of nothing finds the account"
    );
    let found = find(fixture.account).await.expect("find");
    assert_eq!(found, Some(expected));
    assert_eq!(find(other).await.expect("find"), untouched);

    let nobody = AccountId(Uuid::from_u128(42));
    for change in [change, nothing] {
        let changed = fixture.change(nobody, &change).await;
        assert!(!changed.expect("change"));
    }
}

/// The sender of an account's mails, and its company, are read together with what else sending needs.
pub async fn the_sender_of_mails_is_in_the_profile_until_it_is_removed(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let other = fixture.another_account().await;
    let profile = async |account| {
        let found = fixture.store.find_sending_profile(account).await;
        let profile = found.expect("look up").expect("an account");
        (profile.email.company.clone(), profile.email.sender.clone())
    };
    let of_other = profile(other).await;
    for set in [Some(Sealed(vec![5])), Some(Sealed(vec![6])), None] {
        let change = AccountChange {
            company: Some(Sealed(vec![4])),
            email_sender: Some(set.clone()),
            ..AccountChange::default()
        };
        let changed = fixture.change(fixture.account, &change).await;
        assert!(changed.expect("change"));
        let expected = (Sealed(vec![4]), set.clone());
        assert_eq!(profile(fixture.account).await, expected);
        let found = Accounts::find(&*fixture.store, fixture.account).await;
        assert_eq!(found.expect("find").expect("account").email_sender, set);
        // Another change leaves it alone.
        let change = AccountChange {
            name: Some(Sealed(vec![1])),
            ..AccountChange::default()
        };
        let changed = fixture.change(fixture.account, &change).await;
        assert!(changed.expect("change"));
        assert_eq!(profile(fixture.account).await, expected);
    }
    assert_eq!(profile(other).await, of_other);
}

/// A retired plan stays in the list. Retiring it twice keeps the first time.
pub async fn a_retired_plan_stays_and_keeps_its_first_time(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let made = Plan {
        id: PlanId::generate(START, &*fixture.randomness),
        name: "Start".to_owned(),
        credits: credits(1_000),
        price: None,
        created_at: START,
        retired_at: None,
    };
    let created = Plans::create(&*fixture.store, &made, &fixture.entry()).await;
    created.expect("create");
    let later = START + Duration::from_secs(9);
    for at in [START, later] {
        assert!(
            fixture
                .store
                .retire(made.id, at, &fixture.entry())
                .await
                .expect("retire")
        );
    }
    let retired = Plan {
        retired_at: Some(START),
        ..made.clone()
    };
    let listed = Plans::list(&*fixture.store).await.expect("list");
    assert_eq!(listed, [retired]);
    let nobody = PlanId(Uuid::from_u128(42));
    assert!(
        !fixture
            .store
            .retire(nobody, START, &fixture.entry())
            .await
            .expect("retire")
    );
}

/// A price that is unset is the default again.
pub async fn a_price_is_unset_and_no_other(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(Arc::clone(&store)).await;
    let key = |text: &str| PriceKey::parse(text).expect("a key");
    let (sa, eg) = (key("SA"), key("EG"));
    let prices = [(sa, credits(2)), (eg, credits(3))];
    Prices::set(&*store, &prices, &fixture.entry())
        .await
        .expect("set");
    assert!(store.unset(sa, &fixture.entry()).await.expect("unset"));
    assert!(!store.unset(sa, &fixture.entry()).await.expect("unset"));
    let listed = Prices::list(&*store).await.expect("list");
    assert_eq!(listed, [(eg, credits(3))]);
    let list = store.price_list().await.expect("prices");
    assert_eq!((list.price(sa), list.price(eg)), (Credits::ONE, credits(3)));
}

/// Accounts are listed by pages, newest first, without their test accounts.
pub async fn accounts_are_listed_by_pages(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let mut expected = vec![fixture.account];
    for _ in 0..3 {
        next_instant(&fixture);
        let account = fixture.another_account().await;
        fixture.test_account(account).await;
        expected.insert(0, account);
    }
    let mut found = Vec::new();
    let mut position = PagePosition::END;
    loop {
        let page = fixture.store.list_accounts(position, 3).await;
        let page = page.expect("list");
        assert!(page.len() <= 3, "{} accounts", page.len());
        let Some(last) = page.last() else {
            break;
        };
        position = PagePosition::of(last);
        found.extend(page.iter().map(|account| account.id));
    }
    assert_eq!(found, expected);
}

/// Prices are replaced all together, if each is as a person saw it before. A list without a change appends no entry.
pub async fn prices_are_replaced_only_as_they_were_seen(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(Arc::clone(&store)).await;
    let key = |text: &str| PriceKey::parse(text).expect("a key");
    let (sa, eg, us) = (key("SA"), key("EG"), key("US"));
    let change = |key, before: Option<i64>, after| PriceChange {
        key,
        before: before.map(credits),
        after: credits(after),
    };
    let replace = async |changes: &[PriceChange]| {
        let before = store.audit_head().await.expect("a head").sequence;
        let replaced = store.replace_prices(changes, &fixture.entry()).await;
        let after = store.audit_head().await.expect("a head").sequence;
        (replaced.expect("replaced or not"), after - before)
    };
    let list = async || Prices::list(&*store).await.expect("list");
    let new = [change(sa, None, 2), change(eg, None, 3)];
    assert_eq!(replace(&new).await, (true, 1));
    assert_eq!(list().await, [(eg, credits(3)), (sa, credits(2))]);
    // A price that was none, that is another one, or that is gone.
    for stale in [
        change(sa, None, 5),
        change(sa, Some(9), 5),
        change(us, Some(1), 5),
    ] {
        let changes = [change(eg, Some(3), 4), stale];
        assert_eq!(replace(&changes).await, (false, 0), "{stale:?}");
        assert_eq!(list().await, [(eg, credits(3)), (sa, credits(2))]);
    }
    // What stays the same has to be as it was seen, too.
    let changes = [change(sa, Some(3), 3), change(us, None, 5)];
    assert_eq!(replace(&changes).await, (false, 0));
    let same = [change(sa, Some(2), 2), change(eg, Some(3), 3)];
    assert_eq!(replace(&same).await, (true, 0));
    assert_eq!(replace(&[]).await, (true, 0));
    let mixed = [
        change(us, None, 5),
        change(sa, Some(2), 2),
        change(eg, Some(3), 1),
    ];
    assert_eq!(replace(&mixed).await, (true, 1));
    let expected = [(eg, credits(1)), (sa, credits(2)), (us, credits(5))];
    assert_eq!(list().await, expected);
}

/// A removed sender is in no list and no profile, and nothing about it is due.
pub async fn a_removed_sender_is_gone_with_its_templates_and_may_be_added_again(
    store: Arc<dyn Storage>,
) {
    let fixture = Fixture::new(store).await;
    let store = &fixture.store;
    let (removed, kept) = (sender(&fixture, "100"), sender(&fixture, "101"));
    let mut templates = Vec::new();
    for added in [&removed, &kept] {
        store.add(added, &fixture.entry()).await.expect("add");
        let template = template(&fixture, added.id, "en");
        store
            .add_template(&template, &fixture.entry())
            .await
            .expect("add");
        templates.push(template);
        let wanted = HealthChange::CheckWanted;
        let changed = store.change_health(added.id, &wanted, START, None).await;
        changed.expect("change");
    }
    assert!(
        store
            .remove(removed.id, START, &fixture.entry())
            .await
            .expect("remove")
    );
    assert!(
        !store
            .remove(removed.id, START, &fixture.entry())
            .await
            .expect("remove")
    );

    let found = Senders::find(&**store, removed.id).await.expect("find");
    assert_eq!(found, None);
    let listed = Senders::list(&**store).await.expect("list");
    assert_eq!(listed, std::slice::from_ref(&kept));
    let token = Sealed(vec![9]);
    let replaced = store
        .replace_token(removed.id, &token, &fixture.entry())
        .await;
    assert!(!replaced.expect("replace"));
    let left = [templates[1].clone()];
    let all = store.list_templates(None).await.expect("list");
    assert_eq!(all, left);
    let of_removed = store.list_templates(Some(removed.id)).await;
    assert_eq!(of_removed.expect("list"), []);
    let of_business = store.list_templates_of_business(&removed.waba_id).await;
    assert_eq!(of_business.expect("list"), left);
    let due = store.list_due_checks(next_instant(&fixture), 9).await;
    assert_eq!(due.expect("due"), [kept.id]);
    // A check of the sender's health was under way and ends after the removal.
    let late = store.change_health(removed.id, &HealthChange::CheckWanted, START, None);
    assert_conflict(late.await);
    let health = store.list_health().await.expect("health");
    let health: Vec<_> = health.iter().map(|row| row.sender_id).collect();
    assert_eq!(health, [kept.id]);
    let profile = store.find_sending_profile(fixture.account).await;
    let profile = profile.expect("profile").expect("the account exists");
    let senders: Vec<_> = profile.senders.iter().map(|row| row.sender.id).collect();
    assert_eq!(senders, [kept.id]);

    let again = sender(&fixture, "100");
    store.add(&again, &fixture.entry()).await.expect("add");
    assert_conflict(store.add(&sender(&fixture, "100"), &fixture.entry()).await);
}

/// The name of an account's recipients in proofs is read together with what else sending needs.
pub async fn the_subject_of_proofs_is_in_the_profile(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let other = fixture.another_account().await;
    for subject in [ProofSubject::Recipient, ProofSubject::Pseudonym] {
        let change = AccountChange {
            proof_subject: Some(subject),
            ..AccountChange::default()
        };
        let changed = fixture.change(fixture.account, &change).await;
        assert!(changed.expect("change"));
        for (account, expected) in [(fixture.account, subject), (other, ProofSubject::Pseudonym)] {
            let profile = fixture.store.find_sending_profile(account).await;
            let profile = profile.expect("look up").expect("an account");
            let found = Accounts::find(&*fixture.store, account).await;
            let found = found.expect("find").expect("an account");
            assert_eq!(
                (profile.proof_subject, found.proof_subject),
                (expected, expected)
            );
        }
    }
}
