//! Promises on admission.

use std::sync::Arc;
use std::time::Duration;

use otp_core::account::{AccountChange, AccountStanding};
use otp_core::cooldown;
use otp_core::ids::MessageId;
use otp_core::message::MessageStatus;
use otp_core::opt_out::ConsentRequest;
use otp_core::ports::{Messages, PortError, Storage};
use otp_core::sealing::Purpose;
use otp_core::send::explanation::explain;
use otp_core::send::{Admission, Outcome, Refusal, SendAttempt};
use uuid::Uuid;

use super::fixture::{Fixture, START, credits, recipient};
use crate::sender::failure;

const COOLING_30_S: Admission = Admission::Refused(Refusal::CoolingDown {
    retry_at: otp_core::time::Timestamp::from_unix_millis(START.unix_millis() + 30_000),
});

/// An admitted send is there, pending, with all that was said of it, and paid for.
pub async fn an_admitted_send_is_pending_and_paid_for(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 10).await;
    let attempt = SendAttempt {
        price: credits(3),
        ..fixture.attempt(1)
    };
    assert_eq!(fixture.admit(&attempt).await, Admission::Admitted);
    let account = fixture.store.find_account(attempt.message_id).await;
    assert_eq!(account.expect("find"), Some(fixture.account));
    let unknown = MessageId(Uuid::from_u128(42));
    let account = fixture.store.find_account(unknown).await;
    assert_eq!(account.expect("find"), None);

    let message = fixture.message(&attempt).await;
    assert_eq!(message.status, MessageStatus::Pending);
    assert_eq!(
        (message.first_answer, message.failure, message.failed_at),
        (None, None, None)
    );
    assert_eq!(
        (message.account_id, message.api_key_id),
        (fixture.account, fixture.api_key)
    );
    assert_eq!((message.price, message.created_at), (credits(3), START));
    assert_eq!(
        message.subscription_id,
        Some(fixture.subscriptions().await[0].id)
    );
    let opened = fixture
        .sealer
        .open(
            Purpose::Recipient,
            message.id.0,
            message.recipient.as_ref().expect("a recipient"),
        )
        .expect("opens");
    assert_eq!(opened.as_str(), recipient(1).e164());
    assert_eq!(fixture.balance().await, 7);
    fixture.assert_ledger_balances().await;
}

/// Within a batch each attempt is judged after its predecessors.
pub async fn a_batch_is_judged_one_by_one(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 3).await;
    let first = fixture.attempt_with_key(1, 7);
    let batch = vec![
        first.clone(),
        fixture.attempt_with_key(1, 7),
        fixture.attempt(1),
        fixture.attempt(2),
        fixture.attempt(3),
        fixture.attempt(4),
    ];
    let admissions = fixture.admit_all(batch).await;
    let Admission::Replayed(replayed) = admissions[1] else {
        panic!("{:?}", admissions[1])
    };
    assert_eq!(
        (replayed.message_id, replayed.status),
        (first.message_id, MessageStatus::Pending)
    );
    assert_eq!(admissions[0], Admission::Admitted);
    assert_eq!(admissions[2], COOLING_30_S);
    assert_eq!(admissions[3], Admission::Admitted);
    assert_eq!(admissions[4], Admission::Admitted);
    assert_eq!(
        admissions[5],
        Admission::Refused(Refusal::InsufficientBalance)
    );
    assert_eq!(fixture.balance().await, 0);
    fixture.assert_ledger_balances().await;
}

/// A batch may be large and mix accounts.
pub async fn a_large_batch_over_many_accounts_is_admitted_whole(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 300).await;
    let other = Fixture {
        account: fixture.another_account().await,
        ..fixture.clone()
    };
    let other = Fixture {
        api_key: fixture.another_key(other.account).await,
        ..other
    };
    other.grant(300).await;
    let batch = (0..600).map(|n| {
        if n % 2 == 0 {
            fixture.attempt_with_key(n, n.into())
        } else {
            other.attempt(n)
        }
    });
    let batch: Vec<_> = batch.collect();
    let admissions = fixture.admit_all(batch.clone()).await;
    assert!(
        admissions
            .iter()
            .all(|admission| *admission == Admission::Admitted)
    );
    assert_eq!((fixture.balance().await, other.balance().await), (0, 0));
    assert!(fixture.find(&batch[598]).await.is_some());
    fixture.assert_ledger_balances().await;
    other.assert_ledger_balances().await;
}

/// A refusal records neither message nor debit.
pub async fn a_refused_send_leaves_nothing(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    fixture.send(1).await;
    let again = fixture.attempt(1);
    assert_eq!(fixture.admit(&again).await, COOLING_30_S);
    assert_eq!(fixture.find(&again).await, None);
    assert_eq!(fixture.balance().await, 4);
    fixture.assert_ledger_balances().await;
}

/// An attempt without a route is refused, unless it is a replay.
pub async fn a_route_that_is_missing_is_refused_after_replay(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let first = fixture.attempt_with_key(1, 1);
    assert_eq!(fixture.admit(&first).await, Admission::Admitted);

    let replay = SendAttempt {
        route: Err(Refusal::SenderNumberNotFound),
        ..fixture.attempt_with_key(1, 1)
    };
    assert!(matches!(
        fixture.admit(&replay).await,
        Admission::Replayed(_)
    ));
    for refusal in [Refusal::SenderNumberNotFound, Refusal::TemplateNotFound] {
        let attempt = SendAttempt {
            route: Err(refusal),
            ..fixture.attempt(1)
        };
        assert_eq!(fixture.admit(&attempt).await, Admission::Refused(refusal));
    }
}

/// An account that may not send is refused from the next attempt on, in one batch with others; its
/// replays are answered, and its messages are settled.
pub async fn a_restricted_or_closed_account_is_refused_after_replay(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let other = fixture.another_account().await;
    fixture.grant_to(other, 5).await;
    let first = fixture.attempt_with_key(1, 1);
    assert_eq!(fixture.admit(&first).await, Admission::Admitted);
    for (number, standing, refusal) in [
        (2, AccountStanding::Restricted, Refusal::AccountRestricted),
        (3, AccountStanding::Closed, Refusal::AccountClosed),
    ] {
        let change = AccountChange {
            standing: Some(standing),
            ..AccountChange::default()
        };
        let changed = fixture.change(fixture.account, &change).await;
        assert!(changed.expect("change"));
        let of_other = SendAttempt {
            account_id: other,
            api_key_id: fixture.another_key(other).await,
            ..fixture.attempt(number)
        };
        let attempt = fixture.attempt(number);
        let batch = vec![attempt, of_other, fixture.attempt_with_key(1, 1)];
        let admissions = fixture.admit_all(batch).await;
        assert_eq!(admissions[0], Admission::Refused(refusal));
        assert_eq!(admissions[1], Admission::Admitted);
        assert!(matches!(admissions[2], Admission::Replayed(_)));
    }
    fixture
        .settle(&first, Outcome::Failed(failure(131_026)))
        .await;
    assert_eq!(fixture.balance().await, 5);
    let open = AccountChange {
        standing: Some(AccountStanding::Open),
        ..AccountChange::default()
    };
    let changed = fixture.change(fixture.account, &open).await;
    assert!(changed.expect("change"));
    fixture.send(2).await;
}

/// STOP stops the account's messages to that recipient, and only those, until START.
pub async fn an_opted_out_recipient_is_refused_until_opting_in(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    for _ in 0..2 {
        fixture.request(1, ConsentRequest::Stop).await;
    }
    let refused = Admission::Refused(Refusal::RecipientOptedOut);
    assert_eq!(fixture.admit(&fixture.attempt(1)).await, refused);
    fixture.send(2).await;
    fixture.request(1, ConsentRequest::Start).await;
    fixture.send(1).await;
}

/// Waits double with each send of a streak; a message that fails leaves it.
pub async fn the_cooldown_is_derived_from_the_messages(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 20).await;
    let mut sent = Vec::new();
    for n in 1..=12 {
        sent.push(fixture.send(1).await);
        let wait = cooldown::wait_after(n);
        fixture.clock.advance(wait - Duration::from_millis(1));
        let retry_at = fixture.attempt(1).at + Duration::from_millis(1);
        let cooling = Admission::Refused(Refusal::CoolingDown { retry_at });
        // After the longest wait the streak is over, so the twelfth send is the first of another.
        let expected_wait = if n == 12 { cooldown::FIRST_WAIT } else { wait };
        if expected_wait == wait {
            assert_eq!(
                fixture.admit(&fixture.attempt(1)).await,
                cooling,
                "after send {n}"
            );
        }
        fixture.clock.advance(Duration::from_millis(1));
    }
    fixture.clock.advance(cooldown::STREAK_GAP);
    let first = fixture.send(1).await;
    fixture.clock.advance(Duration::from_secs(30));
    let second = fixture.send(1).await;
    fixture
        .settle(&second, Outcome::Failed(failure(131_026)))
        .await;
    // Only the first is left of the streak, and its 30 seconds are over.
    assert!(first.at < second.at);
    fixture.send(1).await;
}

/// Another account may send to the same number, and the same account to another.
pub async fn the_cooldown_is_per_account_and_recipient(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let other = Fixture {
        account: fixture.another_account().await,
        ..fixture.clone()
    };
    other.grant(5).await;
    fixture.send(1).await;
    assert_eq!(fixture.admit(&fixture.attempt(1)).await, COOLING_30_S);
    other.send(1).await;
    fixture.send(2).await;
}

/// The store loads what matters for the streak: sends under six hours apart, over days.
pub async fn sends_of_the_last_days_count_and_older_ones_do_not(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 20).await;
    for _ in 1..=11 {
        fixture.send(1).await;
        fixture
            .clock
            .advance(cooldown::STREAK_GAP - Duration::from_secs(1));
    }
    // One second before the eleventh send's six hours are over.
    let retry_at = fixture.attempt(1).at + Duration::from_secs(1);
    let cooling = Admission::Refused(Refusal::CoolingDown { retry_at });
    assert_eq!(fixture.admit(&fixture.attempt(1)).await, cooling);
    fixture.clock.advance(Duration::from_secs(1));
    fixture.send(1).await;
    fixture.clock.advance(cooldown::FIRST_WAIT);
    fixture.send(1).await;
}

/// A batch in conflict with what is stored fails whole, so that it can be tried again in parts.
pub async fn a_batch_that_conflicts_records_nothing(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let taken = fixture.send(1).await;
    let clash = SendAttempt {
        message_id: taken.message_id,
        ..fixture.attempt(2)
    };
    let innocent = fixture.attempt(3);
    let answer = fixture
        .store
        .admit(Arc::from([innocent.clone(), clash]))
        .await;
    assert!(matches!(answer, Err(PortError::Conflict(_))), "{answer:?}");
    assert_eq!(fixture.find(&innocent).await, None);
    assert_eq!(fixture.balance().await, 4);
    assert_eq!(fixture.admit(&innocent).await, Admission::Admitted);
    fixture.assert_ledger_balances().await;
}

/// Nobody learns of another account's messages.
pub async fn another_accounts_message_is_as_absent_as_an_unknown_one(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let stranger = fixture.another_account().await;
    let attempt = fixture.send(1).await;
    let unknown = MessageId(Uuid::from_u128(42));
    for (account, id) in [(stranger, attempt.message_id), (fixture.account, unknown)] {
        assert_eq!(
            Messages::find(&*fixture.store, account, id)
                .await
                .expect("find"),
            None
        );
    }
}

/// The facts of a dry run are those of the attempt that follows, and loading them changes nothing.
pub async fn an_explanation_is_the_verdict_that_follows(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 2).await;
    let check = async |attempt: &SendAttempt| {
        let before = (fixture.subscriptions().await, fixture.find(attempt).await);
        let facts = fixture.store.facts_of(attempt).await.expect("facts");
        let explained = explain(attempt, &facts);
        let after = (fixture.subscriptions().await, fixture.find(attempt).await);
        assert_eq!(before, after);
        assert_eq!(explained.balance.get(), fixture.balance().await);
        assert_eq!(explained.admission, fixture.admit(attempt).await);
        explained
    };
    let first = fixture.attempt_with_key(1, 1);
    assert_eq!(check(&first).await.wait, Duration::ZERO);
    let replay = check(&fixture.attempt_with_key(1, 1)).await;
    assert!(matches!(replay.admission, Admission::Replayed(_)));
    assert_eq!(
        replay.wait,
        Duration::from_secs(30),
        "known although it is a replay"
    );
    let cooling = check(&fixture.attempt(1)).await;
    assert!(matches!(
        cooling.admission,
        Admission::Refused(Refusal::CoolingDown { .. })
    ));
    let unrouted = SendAttempt {
        route: Err(Refusal::SenderNumberNotFound),
        ..fixture.attempt(1)
    };
    let explained = check(&unrouted).await;
    assert_eq!(
        explained.wait,
        Duration::from_secs(30),
        "known although there is no route"
    );
    check(&fixture.attempt(2)).await;
    let broke = check(&fixture.attempt(3)).await;
    assert_eq!(
        broke.admission,
        Admission::Refused(Refusal::InsufficientBalance)
    );
}
