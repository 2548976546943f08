//! Fallbacks: a code that does not arrive takes the next way, and is paid for once.

use std::sync::Arc;
use std::time::Duration;

use mockall::predicate::eq;
use otp_core::channel::Channel;
use otp_core::credits::Credits;
use otp_core::ids::{MessageId, VerificationId};
use otp_core::message::MessageStatus;
use otp_core::ports::{Clock, MockFallbacks, OutgoingMessage, SendError, VerificationKey};
use otp_core::pricing::PriceKey;
use otp_core::recipient::{EmailAddress, Recipient};
use otp_core::send::{Outcome, Settlement};
use otp_core::time::Timestamp;
use otp_core::turns::Room;
use otp_core::usecases::advance_fallbacks::{AdvanceFallbacks, FallbackRound};
use otp_core::usecases::cancel_verification::CancelVerification;
use otp_core::usecases::create_verification::{
    CodeSource, CreateVerification, CreateVerificationError, CreateVerificationRequest,
};
use otp_core::usecases::deliver_queued::DeliverQueued;
use otp_core::usecases::resend_verification::{
    ResendVerification, ResendVerificationError, ResendVerificationRequest,
};
use otp_core::usecases::send_message::SendMessageError;
use otp_core::usecases::show_verification::{ShowVerification, ShownVerification};
use otp_core::verification::fallback::{FallbackPlan, FallbackPosition, PlannedStep};
use otp_core::verification::{
    Alphabet, CodeLength, CodeLifetime, Context, Metadata, VerificationStatus,
};
use otp_testkit::contract::fixture::recipient;
use otp_testkit::sender::{failure, refusal};
use otp_testkit::{ScriptedSender, World};
use uuid::Uuid;

const ADDRESS: &str = "amal@example.com";

struct Gateway(World);

impl Gateway {
    /// A gateway whose providers answer these in turn, and then take every message. A mail costs 3 credits, a
    /// WhatsApp message 1.
    async fn answering<const N: usize>(answers: [SendError; N]) -> Self {
        let provider = ScriptedSender::answering(answers.map(Err));
        let world = World::with_provider(provider).await;
        let price = [(PriceKey::Email, Credits::new(3).expect("credits"))];
        world
            .fixture
            .store
            .set(&price, &world.fixture.entry())
            .await
            .expect("a price");
        Self(world)
    }

    async fn create(
        &self,
        to: Recipient,
        steps: &[(Recipient, u64)],
    ) -> Result<ShownVerification, CreateVerificationError> {
        let steps = steps.iter().map(|(to, seconds)| PlannedStep {
            to: to.clone(),
            wait: Duration::from_secs(*seconds),
        });
        let lifetime = CodeLifetime::DEFAULT;
        let fallback = FallbackPlan::try_new(&to, steps.collect(), lifetime).expect("a plan");
        let create = CreateVerification {
            send: self.0.send_message.clone(),
            show: self.show(),
        };
        let request = CreateVerificationRequest {
            caller: self.0.caller(),
            to,
            fallback,
            code: CodeSource::Generated(CodeLength::DEFAULT, Alphabet::Numeric),
            lifetime,
            language: None,
            transaction: None,
            metadata: Metadata::default(),
            context: Context::default(),
            notice_language: None,
            idempotency_key: None,
        };
        Ok(create.execute(request).await?.verification)
    }

    fn show(&self) -> ShowVerification {
        ShowVerification {
            verifications: self.0.fixture.store.clone(),
            sealers: self.0.fixture.sealers(),
            clock: self.0.fixture.clock.clone(),
        }
    }

    async fn shown(&self, id: VerificationId) -> ShownVerification {
        let account = self.0.fixture.account;
        let shown = self.show().execute(account, VerificationKey::Id(id)).await;
        shown.expect("shown")
    }

    /// Does what the workers do in a round.
    async fn round(&self) -> FallbackRound {
        let store = self.0.fixture.store.clone();
        let advance = AdvanceFallbacks {
            fallbacks: store.clone(),
            send: self.0.send_message.clone(),
        };
        let round = advance.execute().await.expect("advanced");
        let deliver = DeliverQueued {
            queue: store.clone(),
            verifications: store,
            send: self.0.send_message.clone(),
        };
        for claimed in deliver.claim(&Room::for_all(10)).await.expect("claimed") {
            deliver.deliver(claimed).await.expect("delivered");
        }
        round
    }

    async fn receipt(&self, message: MessageId, outcome: Outcome) {
        let settlement = Settlement {
            message_id: message,
            account_id: self.0.fixture.account,
            outcome,
            provider_time: None,
            at: self.0.fixture.clock.now(),
        };
        let settled = self.0.fixture.store.settle([settlement].into()).await;
        settled.expect("settled");
    }

    fn advance(&self, seconds: u64) {
        self.0.fixture.clock.advance(Duration::from_secs(seconds));
    }

    /// The channels and codes of the messages that were handed over.
    fn handed_over(&self) -> Vec<(Channel, String)> {
        let calls = self.0.provider.calls().into_iter();
        let code = |call: OutgoingMessage| {
            let channel = call.channel();
            let code = if let OutgoingMessage::Email(mail) = &call {
                mail.passcode.expose()
            } else if let OutgoingMessage::WhatsApp(message) = &call {
                message.passcode.expose()
            } else {
                panic!("{call:?}")
            };
            (channel, code.to_owned())
        };
        calls.map(code).collect()
    }

    /// Asserts that this many of the 10 credits are spent, and that the ledger says so.
    async fn assert_spent(&self, spent: i64) {
        assert_eq!(self.0.fixture.balance().await, 10 - spent);
        self.0.fixture.assert_ledger_balances().await;
    }
}

fn number() -> Recipient {
    recipient(1).into()
}

fn address() -> Recipient {
    EmailAddress::parse(ADDRESS).expect("an address").into()
}

fn failed() -> Outcome {
    Outcome::ReportedFailed(failure(131_026))
}

#[tokio::test]
async fn a_code_that_does_not_arrive_is_mailed_and_paid_for_once() {
    let gateway = Gateway::answering([]).await;
    let created = gateway
        .create(number(), &[(address(), 30)])
        .await
        .expect("created");
    assert_eq!(gateway.round().await.taken, 0);
    gateway.assert_spent(1).await;
    gateway.advance(30);
    assert_eq!(gateway.round().await.taken, 1);
    assert_eq!(gateway.round().await.taken, 0);
    let sent = gateway.handed_over();
    let channels: Vec<_> = sent.iter().map(|(channel, _)| *channel).collect();
    assert_eq!(channels, [Channel::WhatsApp, Channel::Email]);
    assert_eq!(sent[0].1, sent[1].1);
    let shown = gateway.shown(created.id).await;
    assert_eq!(shown.channels_tried(), [Channel::WhatsApp, Channel::Email]);
    assert_eq!(
        (shown.status, shown.channel),
        (VerificationStatus::Pending, Channel::Email)
    );
    gateway.assert_spent(3).await;

    // The WhatsApp message arrives after all. The mail was taken, so the dearer one stays paid for.
    gateway
        .receipt(
            created.messages[0].id,
            Outcome::Reported(MessageStatus::Delivered),
        )
        .await;
    gateway.advance(270);
    gateway.round().await;
    gateway.assert_spent(3).await;
}

#[tokio::test]
async fn a_code_that_arrives_is_sent_once() {
    let gateway = Gateway::answering([]).await;
    let created = gateway
        .create(number(), &[(address(), 30)])
        .await
        .expect("created");
    gateway
        .receipt(
            created.messages[0].id,
            Outcome::Reported(MessageStatus::Delivered),
        )
        .await;
    gateway.advance(30);
    assert_eq!(gateway.round().await, FallbackRound::default());
    gateway.advance(269);
    assert_eq!(gateway.round().await, FallbackRound::default());
    assert_eq!(gateway.handed_over().len(), 1);
    gateway.assert_spent(1).await;
}

#[tokio::test]
async fn a_failed_receipt_and_a_refusal_take_the_step_at_once() {
    let gateway = Gateway::answering([]).await;
    let created = gateway
        .create(number(), &[(address(), 300)])
        .await
        .expect("created");
    gateway.advance(1);
    gateway.receipt(created.messages[0].id, failed()).await;
    assert_eq!(gateway.round().await.taken, 1);
    gateway.assert_spent(3).await;

    let refused = SendError::Refused(refusal(400, 131_026));
    let gateway = Gateway::answering([refused]).await;
    let created = gateway
        .create(number(), &[(address(), 300)])
        .await
        .expect("created");
    assert_eq!(created.messages[0].status, MessageStatus::Failed);
    gateway.advance(1);
    assert_eq!(gateway.round().await.taken, 1);
    let channels = gateway.shown(created.id).await.channels_tried();
    assert_eq!(channels, [Channel::WhatsApp, Channel::Email]);
}

#[tokio::test]
async fn without_a_fallback_a_refusal_is_the_answer() {
    let refused = SendError::Refused(refusal(400, 131_026));
    let gateway = Gateway::answering([refused]).await;
    let error = gateway.create(number(), &[]).await.expect_err("refused");
    let is_refusal = matches!(
        error,
        CreateVerificationError::Send(SendMessageError::RefusedByProvider { .. })
    );
    assert!(is_refusal, "{error:?}");
}

#[tokio::test]
async fn a_mail_that_is_refused_is_followed_by_a_whatsapp_message() {
    let refused = SendError::Refused(refusal(550, 550));
    let gateway = Gateway::answering([refused]).await;
    gateway
        .create(address(), &[(number(), 60)])
        .await
        .expect("created");
    assert_eq!(gateway.round().await.taken, 0);
    assert_eq!(gateway.round().await.taken, 1);
    let channels: Vec<_> = gateway.handed_over().iter().map(|sent| sent.0).collect();
    assert_eq!(channels, [Channel::Email, Channel::WhatsApp]);
    gateway.assert_spent(1).await;
}

#[tokio::test]
async fn the_second_step_follows_the_first() {
    let gateway = Gateway::answering([]).await;
    let other = recipient(2).into();
    let steps = [(other, 30), (address(), 60)];
    gateway.create(number(), &steps).await.expect("created");
    for (seconds, taken) in [(30, 1), (59, 0), (1, 1), (100, 0)] {
        gateway.advance(seconds);
        assert_eq!(gateway.round().await.taken, taken, "{seconds}");
    }
    let calls = gateway.0.whatsapp_calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[1].to, recipient(2));
    assert_eq!(gateway.handed_over().len(), 3);
    gateway.assert_spent(3).await;
}

#[tokio::test]
async fn a_recipient_who_opted_out_is_passed_over_for_the_next_step() {
    let gateway = Gateway::answering([]).await;
    let stop = otp_core::opt_out::ConsentRequest::Stop;
    gateway.0.fixture.request(2, stop).await;
    let steps = [(recipient(2).into(), 30), (address(), 60)];
    gateway.create(number(), &steps).await.expect("created");
    gateway.advance(30);
    let round = gateway.round().await;
    assert_eq!((round.taken, round.passed_over), (0, 1));
    assert_eq!(gateway.round().await.taken, 1);
    let channels: Vec<_> = gateway.handed_over().iter().map(|sent| sent.0).collect();
    assert_eq!(channels, [Channel::WhatsApp, Channel::Email]);
}

#[tokio::test]
async fn no_step_is_taken_after_the_end_and_what_did_not_arrive_is_given_back() {
    let gateway = Gateway::answering([]).await;
    let created = gateway
        .create(number(), &[(address(), 30)])
        .await
        .expect("created");
    let cancel = CancelVerification {
        ledger: gateway.0.fixture.store.clone(),
        show: gateway.show(),
        clock: gateway.0.fixture.clock.clone(),
    };
    let account = gateway.0.fixture.account;
    cancel.execute(account, created.id).await.expect("canceled");
    gateway.advance(30);
    assert_eq!(gateway.round().await, FallbackRound::default());
    assert_eq!(gateway.handed_over().len(), 1);
    // No fallback was used, so a send's rules hold.
    gateway.assert_spent(1).await;

    let gateway = Gateway::answering([]).await;
    let steps = [(recipient(2).into(), 30)];
    let created = gateway.create(number(), &steps).await.expect("created");
    gateway.advance(30);
    gateway.round().await;
    gateway.assert_spent(1).await;
    gateway.advance(270);
    gateway.round().await;
    gateway.assert_spent(0).await;
    // A late receipt is paid for.
    gateway
        .receipt(
            created.messages[0].id,
            Outcome::Reported(MessageStatus::Delivered),
        )
        .await;
    gateway.round().await;
    gateway.assert_spent(1).await;
}

#[tokio::test]
async fn a_step_that_cannot_be_paid_for_is_passed_over() {
    let gateway = Gateway::answering([]).await;
    let price = [(PriceKey::Email, Credits::new(11).expect("credits"))];
    let fixture = &gateway.0.fixture;
    let set = fixture.store.set(&price, &fixture.entry()).await;
    set.expect("a price");
    gateway
        .create(number(), &[(address(), 30)])
        .await
        .expect("created");
    gateway.advance(30);
    let round = gateway.round().await;
    assert_eq!((round.taken, round.passed_over), (0, 1));
    gateway.assert_spent(1).await;
}

#[tokio::test]
async fn a_code_is_sent_again_by_the_channel_of_a_step() {
    let gateway = Gateway::answering([]).await;
    let steps = [(address(), 200)];
    let created = gateway.create(number(), &steps).await.expect("created");
    let resend = |channel| {
        let resend = ResendVerification {
            send: gateway.0.send_message.clone(),
            show: gateway.show(),
            fallbacks: gateway.0.fixture.store.clone(),
        };
        let request = ResendVerificationRequest {
            caller: gateway.0.caller(),
            id: created.id,
            channel: Some(channel),
            notice_language: None,
            idempotency_key: None,
        };
        async move { resend.execute(request).await }
    };
    gateway.advance(1);
    let resent = resend(Channel::Email).await.expect("resent").verification;
    assert_eq!(resent.channels_tried(), [Channel::WhatsApp, Channel::Email]);
    gateway.round().await;
    let sent = gateway.handed_over();
    assert_eq!((sent.len(), &sent[0].1), (2, &sent[1].1));
    // It is a send like any other.
    gateway.assert_spent(4).await;
    let other = resend(Channel::Double).await.expect_err("no such step");
    assert!(matches!(other, ResendVerificationError::OtherChannel));
    // The mail has arrived, so the step is not taken.
    gateway.advance(199);
    assert_eq!(gateway.round().await.taken, 0);
}

#[tokio::test]
async fn a_round_looks_at_every_page_and_asks_for_none_after_a_short_one() {
    let gateway = Gateway::answering([]).await;
    let steps = [(address(), 30)];
    let created = gateway.create(number(), &steps).await.expect("created");
    gateway.advance(300);
    let begin = FallbackPosition {
        look_at: Timestamp::from_unix_millis(0),
        verification_id: VerificationId(Uuid::nil()),
    };
    let (store, now) = (&gateway.0.fixture.store, gateway.0.fixture.clock.now());
    let due = store.list_due_fallbacks(begin, now, 9).await;
    let [due] = &due.expect("listed")[..] else {
        panic!("one fallback");
    };
    let mut fallbacks = MockFallbacks::new();
    let last = FallbackPosition {
        look_at: due.look_at,
        verification_id: created.id,
    };
    for (after, size) in [(begin, 100), (last, 1)] {
        let page = vec![due.clone(); size];
        let list = fallbacks.expect_list_due_fallbacks();
        let list = list.with(eq(after), eq(now), eq(100)).times(1);
        list.return_once(move |_, _, _| Ok(page));
        let review = fallbacks.expect_review_fallbacks();
        let review = review.withf(move |reviews| reviews.len() == size);
        review.times(1).returning(|_| Ok(()));
    }
    let advance = AdvanceFallbacks {
        fallbacks: Arc::new(fallbacks),
        send: gateway.0.send_message.clone(),
    };
    let round = advance.execute().await.expect("advanced");
    assert_eq!(round, FallbackRound::default());
}
