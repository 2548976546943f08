//! Promises on the outbox, and on the notices that debits put there.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use otp_core::account::AccountRules;
use otp_core::channel::whatsapp::template::TemplateName;
use otp_core::ids::{AccountId, ApiKeyId, NoticeId, SenderId, WebhookEndpointId};
use otp_core::language::LanguageTag;
use otp_core::lease::Lease;
use otp_core::message::MessageStatus;
use otp_core::notice::{
    LowBalance, MailNotice, NoticeKind, NoticeOutcome, NoticeState, QueuedNotice, Reason,
};
use otp_core::ports::{MAX_WAITING_NOTICES, OutboxBacklog, PortError, Storage};
use otp_core::send::{Admission, Outcome, SendAttempt};
use otp_core::ui_language::UiLanguage;
use tokio::sync::Barrier;
use uuid::Uuid;

use super::fixture::{Fixture, START, credits};
use crate::sender::failure;

const LEASE: Duration = Duration::from_secs(60);

impl Fixture {
    fn notice(&self, occasion: &str) -> MailNotice {
        let kind = NoticeKind::SenderDisabled {
            sender_id: SenderId(Uuid::from_u128(1)),
            reason: Reason::new("190"),
        };
        MailNotice::new(self.account, kind, occasion, None, START)
    }

    async fn enqueue(&self, notices: &[MailNotice]) {
        self.store.enqueue(notices).await.expect("enqueued");
    }

    async fn claim(&self, second: u64) -> Vec<QueuedNotice> {
        let now = START + Duration::from_secs(second);
        let claimed = self.store.claim(Lease::begin(now, LEASE), 1_000).await;
        claimed.expect("claimed")
    }

    async fn record(&self, claimed: &QueuedNotice, state: NoticeState, second: u64) {
        let outcome = NoticeOutcome {
            id: claimed.notice.id,
            attempt: claimed.attempts,
            state,
            at: START + Duration::from_secs(second),
            failure: (state != NoticeState::Sent).then(|| "451".to_owned()),
        };
        self.store.record(&[outcome]).await.expect("recorded");
    }

    async fn unsent(&self) -> Vec<QueuedNotice> {
        self.store.list_unsent(1_000).await.expect("listed")
    }

    /// Returns the notices to the account holder, oldest first.
    async fn queued(&self) -> Vec<NoticeKind> {
        let unsent = self.unsent().await.into_iter();
        unsent.map(|queued| queued.notice.kind).collect()
    }
}

/// Every kind of notice is claimed as it was added, and only once however often it is added.
pub async fn notices_read_back_as_written_and_are_kept_once(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let kinds = [
        NoticeKind::LowBalance {
            subscription_id: otp_core::ids::SubscriptionId(Uuid::from_u128(1)),
            remaining: credits(9),
            granted: credits(90),
        },
        NoticeKind::SubscriptionSpent {
            subscription_id: otp_core::ids::SubscriptionId(Uuid::from_u128(1)),
            granted: credits(90),
        },
        NoticeKind::SenderDisabled {
            sender_id: SenderId(Uuid::from_u128(2)),
            reason: Reason::new("انتهت الصلاحية"),
        },
        NoticeKind::TemplateDisabled {
            sender_id: SenderId(Uuid::from_u128(2)),
            name: TemplateName::parse("otp_code").expect("a name"),
            language: LanguageTag::parse("ar_EG").expect("a tag"),
            reason: Reason::new("LOW_QUALITY"),
        },
        NoticeKind::KeyExpiring {
            api_key_id: ApiKeyId(Uuid::from_u128(3)),
            hint: "otp_live_abcd".to_owned(),
            expires_at: START + Duration::from_secs(86_400),
        },
        NoticeKind::WebhookDisabled {
            endpoint_id: WebhookEndpointId(Uuid::from_u128(4)),
        },
    ];
    let languages = [None, Some(UiLanguage::Arabic), Some(UiLanguage::English)];
    let notices: Vec<_> = kinds
        .into_iter()
        .zip(languages.into_iter().cycle())
        .zip(0..)
        .map(|((kind, language), second)| {
            let at = START + Duration::from_secs(second);
            MailNotice::new(fixture.account, kind, "once", language, at)
        })
        .collect();
    fixture.enqueue(&notices).await;
    fixture.enqueue(&notices).await;
    fixture
        .enqueue(&[notices[0].clone(), notices[0].clone()])
        .await;
    fixture.enqueue(&[]).await;
    let listed = fixture.unsent().await.into_iter();
    assert_eq!(
        listed.map(|queued| queued.notice).collect::<Vec<_>>(),
        notices
    );
    let mut claimed = fixture.claim(60).await;
    claimed.sort_by_key(|queued| queued.notice.created_at);
    for (queued, notice) in claimed.iter().zip(&notices) {
        assert_eq!(queued.notice, *notice);
        assert_eq!(queued.state, NoticeState::Waiting);
        assert_eq!((queued.attempts, queued.failure.as_deref()), (1, None));
    }
    assert_eq!(claimed.len(), notices.len());
}

/// A notice of an account that does not exist is a conflict, and brings none of its neighbours in.
pub async fn a_notice_to_nobody_is_a_conflict(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let mut stray = fixture.notice("stray");
    stray.account_id = AccountId(Uuid::from_u128(404));
    let refused = fixture.store.enqueue(&[fixture.notice("a"), stray]).await;
    assert!(
        matches!(refused, Err(PortError::Conflict(_))),
        "{refused:?}"
    );
    assert_eq!(fixture.unsent().await, []);
}

/// A claim holds until its lease ends. Then the notice may be claimed again, as another attempt, and
/// the outcome of the first claim is ignored.
pub async fn a_claim_holds_until_its_lease_ends(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    fixture.enqueue(&[fixture.notice("a")]).await;
    let first = fixture.claim(0).await;
    assert_eq!(first.len(), 1);
    assert_eq!(fixture.claim(59).await, []);
    let second = fixture.claim(60).await;
    assert_eq!(second[0].notice, first[0].notice);
    assert_eq!(second[0].attempts, 2);
    fixture.record(&first[0], NoticeState::GivenUp, 61).await;
    assert_eq!(fixture.unsent().await[0].state, NoticeState::Waiting);
    fixture.record(&second[0], NoticeState::Sent, 62).await;
    assert_eq!(fixture.unsent().await, []);
    assert_eq!(fixture.claim(10_000).await, []);
}

/// A notice that is tried again is due when its outcome says, and keeps the reason.
pub async fn a_notice_is_tried_again_when_it_is_due(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    fixture
        .enqueue(&[fixture.notice("a"), fixture.notice("b")])
        .await;
    let claimed = fixture.claim(0).await;
    fixture.record(&claimed[0], NoticeState::Waiting, 300).await;
    fixture.record(&claimed[1], NoticeState::GivenUp, 1).await;
    assert_eq!(fixture.claim(299).await, []);
    let again = fixture.claim(300).await;
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].notice, claimed[0].notice);
    assert_eq!(again[0].failure.as_deref(), Some("451"));
    let unsent = fixture.unsent().await;
    let given_up = unsent.iter().find(|q| q.notice.id == claimed[1].notice.id);
    assert_eq!(
        given_up.map(|queued| queued.state),
        Some(NoticeState::GivenUp)
    );
    // An end is an end.
    fixture.record(&claimed[1], NoticeState::Waiting, 2).await;
    assert_eq!(fixture.claim(299).await, []);
}

/// A notice that is not wanted is done, as one that was sent.
pub async fn a_muted_notice_is_done(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    fixture.enqueue(&[fixture.notice("a")]).await;
    let claimed = fixture.claim(0).await;
    fixture.record(&claimed[0], NoticeState::Muted, 1).await;
    assert_eq!(fixture.unsent().await, []);
    assert_eq!(fixture.claim(10_000).await, []);
}

/// The oldest due come first, and no more than asked for.
pub async fn claims_are_bounded_and_in_order(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let notices: Vec<_> = (0..5)
        .map(|second| MailNotice {
            created_at: START + Duration::from_secs(5 - second),
            ..fixture.notice(&second.to_string())
        })
        .collect();
    fixture.enqueue(&notices).await;
    let now = START + Duration::from_secs(4);
    let claimed = fixture
        .store
        .claim(Lease::begin(now, LEASE), 3)
        .await
        .expect("claimed");
    let ids: BTreeSet<NoticeId> = claimed.iter().map(|queued| queued.notice.id).collect();
    let expected = notices[2..].iter().map(|notice| notice.id).collect();
    assert_eq!(ids, expected);
}

/// Of many workers that claim at once, one is given each notice.
pub async fn a_notice_is_claimed_by_one_worker_at_a_time(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let notices: Vec<_> = (0..60)
        .map(|n: u32| fixture.notice(&n.to_string()))
        .collect();
    fixture.enqueue(&notices).await;
    let start = Arc::new(Barrier::new(8));
    let workers = (0..8).map(|_| {
        let (fixture, start) = (fixture.clone(), Arc::clone(&start));
        tokio::spawn(async move {
            start.wait().await;
            let mut mine = Vec::new();
            loop {
                let claimed = fixture.store.claim(Lease::begin(START, LEASE), 7).await;
                let claimed = claimed.expect("claimed");
                if claimed.is_empty() {
                    return mine;
                }
                mine.extend(claimed.into_iter().map(|queued| queued.notice.id));
            }
        })
    });
    let mut claimed = Vec::new();
    for worker in workers.collect::<Vec<_>>() {
        claimed.extend(worker.await.expect("no worker panics"));
    }
    // A worker may go home while another still has the rest before it.
    claimed.extend(fixture.claim(0).await.into_iter().map(|q| q.notice.id));
    assert_eq!(claimed.len(), notices.len());
    let distinct: BTreeSet<_> = claimed.into_iter().collect();
    assert_eq!(distinct.len(), notices.len());
}

/// One account's waiting notices are bounded; another's are not in their way.
pub async fn the_outbox_is_bounded(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let many: Vec<_> = (0..MAX_WAITING_NOTICES - 1)
        .map(|n| fixture.notice(&n.to_string()))
        .collect();
    fixture.enqueue(&many).await;
    fixture
        .enqueue(&[fixture.notice("last"), fixture.notice("too many")])
        .await;
    fixture.enqueue(&[fixture.notice("too many, too")]).await;
    let other = Fixture {
        account: fixture.another_account().await,
        ..fixture.clone()
    };
    other.enqueue(&[other.notice("0")]).await;
    assert_eq!(fixture.unsent().await.len(), MAX_WAITING_NOTICES + 1);
    let claimed = fixture.claim(0).await;
    fixture.record(&claimed[0], NoticeState::Sent, 1).await;
    let freed = Fixture {
        account: claimed[0].notice.account_id,
        ..fixture.clone()
    };
    freed.enqueue(&[freed.notice("there is room again")]).await;
    assert_eq!(fixture.unsent().await.len(), MAX_WAITING_NOTICES + 1);
}

/// The backlog has the notices that wait, claimed or not, and none that has ended.
pub async fn the_backlog_is_what_waits(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let backlog = async || fixture.store.backlog().await.expect("counted");
    assert_eq!(backlog().await, OutboxBacklog::default());
    let notices: Vec<_> = (0..3)
        .map(|second| MailNotice {
            created_at: START + Duration::from_secs(2 - second),
            ..fixture.notice(&second.to_string())
        })
        .collect();
    fixture.enqueue(&notices).await;
    let waiting = |waiting, second| OutboxBacklog {
        waiting,
        oldest: Some(START + Duration::from_secs(second)),
    };
    assert_eq!(backlog().await, waiting(3, 0));
    let mut claimed = fixture.claim(10).await;
    assert_eq!(backlog().await, waiting(3, 0));
    claimed.sort_by_key(|queued| queued.notice.created_at);
    fixture.record(&claimed[0], NoticeState::Sent, 11).await;
    assert_eq!(backlog().await, waiting(2, 1));
    fixture.record(&claimed[1], NoticeState::GivenUp, 11).await;
    fixture.record(&claimed[2], NoticeState::Waiting, 60).await;
    assert_eq!(backlog().await, waiting(1, 2));
}

/// Notices that ended long ago are forgotten; those that wait are kept, however old.
pub async fn ended_notices_are_forgotten_in_time(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    fixture
        .enqueue(&[fixture.notice("a"), fixture.notice("b")])
        .await;
    let claimed = fixture.claim(0).await;
    fixture.record(&claimed[0], NoticeState::GivenUp, 10).await;
    let forget = async |second| {
        let before = START + Duration::from_secs(second);
        fixture.store.forget_ended(before).await.expect("forgotten");
    };
    forget(10).await;
    assert_eq!(fixture.unsent().await.len(), 2);
    forget(11).await;
    let left = fixture.unsent().await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].notice.id, claimed[1].notice.id);
}

/// The debit that crosses the threshold puts one notice into the outbox, in the language of its request,
/// and the one that takes the last credit another; no other debit does.
pub async fn a_crossing_is_noticed_once(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 20).await;
    for number in 0..18 {
        assert_eq!(fixture.queued().await, [], "before send {number}");
        let attempt = SendAttempt {
            notice_language: Some(UiLanguage::Arabic),
            ..fixture.attempt(number)
        };
        assert_eq!(fixture.admit(&attempt).await, Admission::Admitted);
    }
    let subscription_id = fixture.subscriptions().await[0].id;
    let low = NoticeKind::LowBalance {
        subscription_id,
        remaining: credits(2),
        granted: credits(20),
    };
    let spent = NoticeKind::SubscriptionSpent {
        subscription_id,
        granted: credits(20),
    };
    assert_eq!(fixture.queued().await, std::slice::from_ref(&low));
    assert_eq!(
        fixture.unsent().await[0].notice.language,
        Some(UiLanguage::Arabic)
    );
    fixture.clock.advance(Duration::from_secs(1));
    fixture.send(18).await;
    assert_eq!(fixture.queued().await, std::slice::from_ref(&low));
    fixture.send(19).await;
    assert_eq!(fixture.queued().await, [low, spent]);
}

/// Whoever comes first: of many sends at once, one crosses and one spends.
pub async fn racers_cross_once(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 50).await;
    let start = Arc::new(Barrier::new(60));
    let racers = (0..60).map(|number| {
        let (fixture, start) = (fixture.clone(), Arc::clone(&start));
        tokio::spawn(async move {
            start.wait().await;
            fixture.admit(&fixture.attempt(number)).await
        })
    });
    for racer in racers.collect::<Vec<_>>() {
        racer.await.expect("no racer panics");
    }
    let mut queued: Vec<_> = fixture
        .queued()
        .await
        .iter()
        .map(NoticeKind::as_str)
        .collect();
    queued.sort_unstable();
    assert_eq!(queued, ["LowBalance", "SubscriptionSpent"]);
}

/// However often failed sends debit and refund the credits around the threshold and the last one, each
/// notice is given once for each subscription, for a message that is delivered after all as well.
pub async fn refunds_make_no_room_for_another_notice(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 10).await;
    let kinds = async || {
        let queued = fixture.queued().await;
        queued.iter().map(NoticeKind::as_str).collect::<Vec<_>>()
    };
    let refused = async |send: &SendAttempt| {
        let failed = Outcome::Failed(failure(131_026));
        fixture.settle(send, failed).await;
        fixture.clock.advance(Duration::from_secs(60));
    };
    let mut sends = Vec::new();
    for number in 0..8 {
        sends.push(fixture.send(number).await);
    }
    assert_eq!(kinds().await, [""; 0]);
    for number in 0..30 {
        refused(&fixture.send(100 + number).await).await;
        assert_eq!(kinds().await, ["LowBalance"], "after {number}");
    }
    fixture.send(8).await;
    for number in 0..30 {
        refused(&fixture.send(200 + number).await).await;
        assert_eq!(kinds().await, ["LowBalance", "SubscriptionSpent"]);
    }
    for send in sends {
        refused(&send).await;
        let late = Outcome::Reported(MessageStatus::Delivered);
        fixture.settle(&send, late).await;
    }
    assert_eq!(fixture.balance().await, 1);
    assert_eq!(kinds().await, ["LowBalance", "SubscriptionSpent"]);

    fixture.grant(2).await;
    fixture.send(300).await;
    fixture.send(301).await;
    let expected = ["LowBalance", "SubscriptionSpent", "SubscriptionSpent"];
    assert_eq!(kinds().await, expected, "new credits are new to announce");
    fixture.assert_ledger_balances().await;
}

/// Accounts have thresholds of their own, and both are loaded with one batch.
pub async fn each_account_has_a_threshold_of_its_own(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 4).await;
    let early = fixture
        .account_with_rules(AccountRules {
            low_balance: LowBalance::try_new(75).expect("a percentage"),
            ..AccountRules::default()
        })
        .await;
    fixture.grant_to(early, 4).await;
    let api_key_id = fixture.another_key(early).await;
    let of_early = SendAttempt {
        account_id: early,
        api_key_id,
        ..fixture.attempt(1)
    };
    let foreseen = fixture.store.facts_of(&of_early).await.expect("facts");
    let threshold = foreseen.rules(&of_early).low_balance;
    assert_eq!(threshold, LowBalance::try_new(75).expect("a percentage"));
    let admitted = fixture.admit_all(vec![fixture.attempt(2), of_early]).await;
    assert_eq!(admitted, [Admission::Admitted; 2]);
    let notices: Vec<_> = fixture.unsent().await;
    let accounts: Vec<_> = notices.iter().map(|row| row.notice.account_id).collect();
    assert_eq!(
        accounts,
        [early],
        "3 of 4 credits are low to one account only"
    );
}
