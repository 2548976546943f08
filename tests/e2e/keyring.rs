//! The keyring: accounts share no key, and the master key is exchanged while servers run.

use std::sync::Arc;
use std::time::Duration;

use otp_core::account::{AccountRules, Contact, ContactLine};
use otp_core::channel::whatsapp::template::TemplateName;
use otp_core::channel::whatsapp::{AccessToken, ProviderId};
use otp_core::contact_number::ContactNumber;
use otp_core::credits::Credits;
use otp_core::ids::AccountId;
use otp_core::keyring::{MasterKey, MasterKeys};
use otp_core::language::LanguageTag;
use otp_core::ports::Storage;
use otp_core::recipient::EmailAddress;
use otp_core::recipient::PhoneNumber;
use otp_core::time::Timestamp;
use otp_core::usecases::account_actor::AccountActor;
use otp_core::usecases::account_sealers::AccountSealers;
use otp_core::usecases::add_sender::{AddSender, NewSender};
use otp_core::usecases::add_template::{AddTemplate, ApprovedTemplate};
use otp_core::usecases::create_account::{CreateAccount, NewAccount};
use otp_core::usecases::create_api_key::{CreateApiKey, NewApiKey};
use otp_core::usecases::grant_subscription::{GrantSubscription, NewSubscription};
use otp_core::usecases::staff_actor::StaffActor;
use otp_e2e::world::{MASTER_KEY, recipient};
use otp_e2e::{Database, World, on_every_store};
use otp_testkit::contract::fixture::operator;
use otp_testkit::{ManualClock, SeededRandomness};
use serde_json::json;

on_every_store! {
    a_wrong_master_key_stops_every_command_before_it_writes;
    the_same_number_has_unrelated_indexes_in_two_accounts;
    without_its_key_an_accounts_data_is_null_and_others_send;
    a_rotation_beside_sends_fails_none_and_retires_the_old_master_key;
}

const NEW_MASTER_KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

fn sealers(storage: Arc<dyn Storage>) -> AccountSealers {
    let master_key = MasterKey::parse(MASTER_KEY).expect("a master key");
    AccountSealers {
        directory: storage,
        master_keys: Arc::new(MasterKeys::new(&master_key, &[])),
    }
}

async fn a_wrong_master_key_stops_every_command_before_it_writes(database: Database) {
    let mut world = World::bare(database).await;
    world.set("SECURITY__MASTER_KEY", NEW_MASTER_KEY);
    let plan = ["plan", "create", "--name", "Start", "--credits", "100"];
    let stop = [
        "opt-out",
        "add",
        "--account",
        &world.account.clone(),
        "--phone",
        "+966551234567",
    ];
    let commands: [&[&str]; 8] = [
        &["serve"],
        &["migrate"],
        &["account", "list"],
        &["account", "list", "--migrate"],
        &["ledger", "check"],
        &plan,
        &stop,
        &["keyring", "rotate"],
    ];
    for command in commands {
        let ended = world.try_command(command);
        assert_eq!(ended.code, 2, "{command:?}: {}", ended.stderr);
        assert_eq!(ended.errors().len(), 1, "{}", ended.stderr);
        assert!(
            ended.stderr.contains("security.master_key"),
            "{}",
            ended.stderr
        );
    }
    world.set("SECURITY__MASTER_KEY", MASTER_KEY);
    assert_eq!(world.command(&["plan", "list"]), json!([]));
    let stops = world.command(&["opt-out", "log", "--account", &world.account]);
    assert_eq!(stops, json!([]));
    world.command(&plan);
}

async fn the_same_number_has_unrelated_indexes_in_two_accounts(database: Database) {
    let first = World::bare(database).await;
    let second = World::bare(Database::sqlite()).await;
    let phone = PhoneNumber::parse(&recipient(1)).expect("a number");
    let mut indexes = Vec::new();
    let beside = first.create_account().parse().expect("a UUID");
    for (world, account) in [
        (&first, first.account_id()),
        (&first, AccountId(beside)),
        (&second, second.account_id()),
    ] {
        let sealers = sealers(world.storage().await);
        let sealer = sealers.find(account).await.expect("found").expect("a key");
        indexes.push(sealer.index(&phone).0);
    }
    indexes.sort_unstable();
    indexes.dedup();
    assert_eq!(indexes.len(), 3);
}

async fn without_its_key_an_accounts_data_is_null_and_others_send(database: Database) {
    let mut world = World::with_credits(database, 10).await;
    let (erased, erased_key) = (world.account.clone(), world.api_key.clone());
    let erased_id = world.account_id();
    let server = world.serve();
    let message = world.send_to(&server, &recipient(1)).await;
    assert_eq!(message.message_status(), "Sent");
    drop(server);
    world.add_account_with("106540352242923").await;

    let storage = world.storage().await;
    let deleted = storage.delete_account_key(erased_id).await;
    assert!(deleted.expect("deleted"));
    let server = world.serve();
    let sent = world.send_to(&server, &recipient(1)).await;
    assert_eq!(sent.message_status(), "Sent");
    let refused = world.send_as(&erased_key, &server, &recipient(2)).await;
    assert_eq!(refused.status, 404, "{refused:?}");

    let other_key = std::mem::replace(&mut world.api_key, erased_key);
    let report = world.check(&server, message.id()).await;
    assert_eq!(report.body["messageStatus"], "Sent");
    assert!(report.body["toPhoneE164"].is_null(), "{report:?}");
    world.api_key = other_key;
    let accounts = world.command(&["account", "list"]);
    for account in accounts.as_array().expect("an array") {
        let is_erased = account["id"] == erased.as_str();
        assert_eq!(account["name"].is_null(), is_erased, "{account}");
        assert_eq!(account["email"].is_null(), is_erased, "{account}");
    }
    for sender in world
        .command(&["sender", "list"])
        .as_array()
        .expect("an array")
    {
        let is_erased = sender["accountId"] == erased.as_str();
        assert_eq!(sender["phone"].is_null(), is_erased, "{sender}");
    }
}

/// Accounts whose keys are wrapped again.
const ACCOUNTS: usize = 100;
/// Sends beside the rotation, one each `INTERVAL`: 200 in a second.
const SENDS: u32 = 600;
const INTERVAL: Duration = Duration::from_millis(5);

async fn a_rotation_beside_sends_fails_none_and_retires_the_old_master_key(database: Database) {
    let mut world = World::bare(database).await;
    let api_keys = create_accounts(&world).await;
    world.set("SECURITY__MASTER_KEY", NEW_MASTER_KEY);
    world.set("SECURITY__PREVIOUS_MASTER_KEYS", MASTER_KEY);
    let world = Arc::new(world);
    let server = Arc::new(world.serve());

    let mut ticks = tokio::time::interval(INTERVAL);
    let mut sends = Vec::new();
    let mut rotation = None;
    for (number, api_key) in (0..SENDS).zip(api_keys.iter().cycle()) {
        ticks.tick().await;
        if number == SENDS / 4 {
            let world = Arc::clone(&world);
            let rotate = move || world.command(&["keyring", "rotate"]);
            rotation = Some(tokio::task::spawn_blocking(rotate));
        }
        let (world, server, api_key) = (Arc::clone(&world), Arc::clone(&server), api_key.clone());
        sends.push(tokio::spawn(async move {
            world.send_as(&api_key, &server, &recipient(number)).await
        }));
    }
    let rotated = rotation.expect("begun").await.expect("no panic");
    // The world's own account and the installation have a key each.
    let keys = ACCOUNTS + 2;
    assert_eq!(rotated, json!({"checked": keys, "rewrapped": keys}));
    for sent in sends {
        let sent = sent.await.expect("no panic");
        assert_eq!(sent.status, 200, "{sent:?}");
        assert_eq!(sent.message_status(), "Sent", "{sent:?}");
    }
    let again = world.command(&["keyring", "rotate"]);
    assert_eq!(again, json!({"checked": keys, "rewrapped": 0}));
    drop(server);

    let mut world = Arc::into_inner(world).expect("nobody else has it");
    world.set("SECURITY__PREVIOUS_MASTER_KEYS", "");
    let checked = world.command(&["keyring", "check"]);
    let checked = checked.as_array().expect("an array");
    assert_eq!(checked.len(), keys);
    assert!(checked.iter().all(|key| key["masterKey"] == "current"));
    let server = world.serve();
    for (number, api_key) in (SENDS..).zip(&api_keys) {
        let sent = world.send_as(api_key, &server, &recipient(number)).await;
        assert_eq!(sent.message_status(), "Sent", "{sent:?}");
    }
    drop(server);
    world.set("SECURITY__MASTER_KEY", MASTER_KEY);
    assert_eq!(world.try_command(&["serve"]).code, 2);
    let sealers = sealers(world.storage().await);
    assert!(sealers.find(world.account_id()).await.is_err());
}

/// Creates accounts that can send, and returns their API keys. The use cases are called here: a process
/// for each command would take minutes.
async fn create_accounts(world: &World) -> Vec<String> {
    let storage = world.storage().await;
    let sealers = sealers(Arc::clone(&storage));
    let start = Timestamp::parse("2026-01-01T00:00:00Z").expect("a time");
    let clock = Arc::new(ManualClock::starting_at(start));
    let randomness = Arc::new(SeededRandomness::new(1));
    let create_account = CreateAccount {
        accounts: storage.clone(),
        master_keys: Arc::clone(&sealers.master_keys),
        clock: clock.clone(),
        randomness: randomness.clone(),
    };
    let create_api_key = CreateApiKey {
        keys: storage.clone(),
        accounts: storage.clone(),
        clock: clock.clone(),
        randomness: randomness.clone(),
    };
    let grant_subscription = GrantSubscription {
        subscriptions: storage.clone(),
        plans: storage.clone(),
        clock: clock.clone(),
        randomness: randomness.clone(),
    };
    let add_sender = AddSender {
        senders: storage.clone(),
        sealers,
        clock: clock.clone(),
        randomness: randomness.clone(),
    };
    let add_template = AddTemplate {
        senders: storage.clone(),
        templates: storage.clone(),
        clock,
        randomness,
    };
    let language = LanguageTag::parse("en").expect("a language");
    let mut api_keys = Vec::new();
    for number in 0..ACCOUNTS {
        let phone_number_id = format!("1065403522{number:05}");
        let path = format!(
            "accounts/{}/numbers/{phone_number_id}",
            otp_e2e::world::WABA_ID
        );
        world.sandbox.put(&path, &json!({})).await;
        let account = create_account.execute(
            NewAccount {
                contact: contact(),
                default_language: language.clone(),
                rules: AccountRules::default(),
            },
            StaffActor::Operator(operator()),
        );
        let account_id = account.await.expect("an account").id;
        let key = create_api_key.execute(
            NewApiKey {
                account_id,
                name: "e2e".to_owned(),
                expires_at: None,
            },
            AccountActor::Operator(operator()),
        );
        api_keys.push(key.await.expect("a key").1.expose().to_owned());
        let granted = grant_subscription.execute(
            NewSubscription {
                account_id,
                credits: Credits::new(100).expect("credits"),
                plan_id: None,
            },
            StaffActor::Operator(operator()),
        );
        granted.await.expect("granted");
        let sender = add_sender.execute(
            NewSender {
                account_id,
                phone_number_id: ProviderId::parse(&phone_number_id).expect("an id"),
                waba_id: ProviderId::parse(otp_e2e::world::WABA_ID).expect("an id"),
                phone: ContactNumber::parse("+15550783881").expect("a number"),
                access_token: AccessToken::parse("EAAGe2etoken").expect("a token"),
            },
            StaffActor::Operator(operator()),
        );
        let template = add_template.execute(
            ApprovedTemplate {
                sender_id: sender.await.expect("a sender").id,
                name: TemplateName::parse("otp_code").expect("a name"),
                language: language.clone(),
            },
            StaffActor::Operator(operator()),
        );
        template.await.expect("a template");
    }
    api_keys
}

fn contact() -> Contact {
    Contact {
        name: ContactLine::parse("Amal").expect("a name"),
        email: EmailAddress::parse("amal@example.com").expect("an address"),
        phone: ContactNumber::parse("+4930901820").expect("a number"),
        company: ContactLine::parse("Amal Group").expect("a company"),
        address: None,
    }
}
