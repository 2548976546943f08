//! Mails with codes: queued by the request, handed over by a worker.

use std::sync::Arc;
use std::time::Duration;

use otp_core::channel::{Channel, email};
use otp_core::credits::Credits;
use otp_core::ids::{AccountId, MessageId, VerificationId};
use otp_core::message::{EventSource, Failure, MessageRecord, MessageStatus};
use otp_core::ports::{
    Clock, OutgoingMessage, ProviderRefusal, RefusalScope, SendError, VerificationKey,
};
use otp_core::pricing::PriceKey;
use otp_core::recipient::EmailAddress;
use otp_core::turns::Room;
use otp_core::ui_language::UiLanguage;
use otp_core::usecases::create_verification::{
    CodeSource, CreateVerification, CreateVerificationError, CreateVerificationRequest,
};
use otp_core::usecases::deliver_queued::{DeliverQueued, Delivery};
use otp_core::usecases::expire_pending_messages::ExpirePendingMessages;
use otp_core::usecases::resend_verification::{
    ResendVerification, ResendVerificationError, ResendVerificationRequest,
};
use otp_core::usecases::send_message::{SendMessage, SendMessageError};
use otp_core::usecases::show_verification::{ShowVerification, ShownVerification};
use otp_core::verification::fallback::FallbackPlan;
use otp_core::verification::{Alphabet, CodeLength, CodeLifetime, Context, Metadata};
use otp_testkit::contract::fixture::recipient;
use otp_testkit::world::MAIL_FROM;
use otp_testkit::{ScriptedSender, World};

const ADDRESS: &str = "Amal@Example.com";

struct Mailing(World);

impl Mailing {
    /// A world whose mail server answers these in turn, and then takes every mail.
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

    fn show(&self) -> ShowVerification {
        ShowVerification {
            verifications: self.0.fixture.store.clone(),
            sealers: self.0.fixture.sealers(),
            clock: self.0.fixture.clock.clone(),
        }
    }

    fn request(&self) -> CreateVerificationRequest {
        CreateVerificationRequest {
            caller: self.0.caller(),
            to: EmailAddress::parse(ADDRESS).expect("an address").into(),
            fallback: FallbackPlan::default(),
            code: CodeSource::Generated(CodeLength::DEFAULT, Alphabet::Numeric),
            lifetime: CodeLifetime::DEFAULT,
            language: None,
            transaction: None,
            metadata: Metadata::default(),
            context: Context::default(),
            notice_language: None,
            idempotency_key: None,
        }
    }

    async fn create(&self) -> ShownVerification {
        let create = CreateVerification {
            send: self.0.send_message.clone(),
            show: self.show(),
        };
        let created = create.execute(self.request()).await.expect("created");
        created.verification
    }

    async fn resend(
        &self,
        id: VerificationId,
        channel: Option<Channel>,
    ) -> Result<ShownVerification, ResendVerificationError> {
        let resend = ResendVerification {
            send: self.0.send_message.clone(),
            show: self.show(),
            fallbacks: self.0.fixture.store.clone(),
        };
        let request = ResendVerificationRequest {
            caller: self.0.caller(),
            id,
            channel,
            notice_language: None,
            idempotency_key: None,
        };
        Ok(resend.execute(request).await?.verification)
    }

    fn worker(&self) -> DeliverQueued {
        DeliverQueued {
            queue: self.0.fixture.store.clone(),
            verifications: self.0.fixture.store.clone(),
            send: self.0.send_message.clone(),
        }
    }

    /// Does what a worker does in a round.
    async fn round(&self) -> Vec<Delivery> {
        let worker = self.worker();
        worker.settle_abandoned().await.expect("settled");
        let mut deliveries = Vec::new();
        for claimed in worker.claim(&Room::for_all(10)).await.expect("claimed") {
            deliveries.push(worker.deliver(claimed).await.expect("delivered"));
        }
        deliveries
    }

    fn mails(&self) -> Vec<email::OutgoingMessage> {
        let mail = |call| {
            let OutgoingMessage::Email(mail) = call else {
                return None;
            };
            Some(mail)
        };
        let calls = self.0.provider.calls().into_iter();
        calls.filter_map(mail).collect()
    }

    async fn record(&self, message: MessageId) -> MessageRecord {
        let (store, account) = (&self.0.fixture.store, self.0.fixture.account);
        let history = store.find_history(account, message).await.expect("found");
        history.expect("a message").record
    }

    async fn failure(&self, message: MessageId) -> Failure {
        let record = self.record(message).await;
        assert_eq!(record.status, MessageStatus::Failed);
        record.failure.expect("a failure")
    }

    /// The end of a message's lifetime, if it is over.
    async fn expire_messages(&self) {
        let mut expire =
            ExpirePendingMessages::new(self.0.apply_receipts(), self.0.fixture.clock.clone());
        expire.execute().await.expect("expired");
    }

    fn advance(&self, seconds: u64) {
        self.0.fixture.clock.advance(Duration::from_secs(seconds));
    }

    async fn balance(&self) -> i64 {
        self.0.fixture.assert_ledger_balances().await;
        self.0.fixture.balance().await
    }
}

fn message_of(verification: &ShownVerification) -> MessageId {
    verification.messages[0].id
}

fn answered(code: i32) -> ProviderRefusal {
    ProviderRefusal {
        http_status: None,
        message: format!("The mail server refused the mail ({code})."),
        failure: Failure {
            code: Some(code),
            title: code.to_string(),
            reason: "The mail server refused the mail.".to_owned(),
        },
        scope: RefusalScope::Message,
    }
}

fn refused() -> SendError {
    SendError::Refused(answered(550))
}

fn busy() -> SendError {
    SendError::Retry {
        refusal: answered(450),
        after: None,
    }
}

fn busy_for(seconds: u64) -> SendError {
    SendError::Retry {
        refusal: answered(450),
        after: Some(Duration::from_secs(seconds)),
    }
}

#[tokio::test]
async fn a_mail_is_paid_for_at_once_and_sent_by_the_next_round() {
    let mailing = Mailing::answering([]).await;
    let created = mailing.create().await;
    assert_eq!(created.channel, Channel::Email);
    assert_eq!(created.messages[0].status, MessageStatus::Pending);
    assert_eq!(mailing.balance().await, 7);
    assert!(mailing.mails().is_empty(), "the request calls nobody");

    let sent = Delivery::Settled(MessageStatus::Sent);
    assert_eq!(mailing.round().await, [sent]);
    let mails = mailing.mails();
    let [mail] = mails.as_slice() else {
        panic!("{}", mails.len());
    };
    assert_eq!(
        mail.to.as_str(),
        EmailAddress::parse(ADDRESS).expect("valid").as_str()
    );
    assert_eq!(mail.message_id, message_of(&created));
    assert_eq!(mail.identity.address.as_str(), MAIL_FROM);
    assert_eq!(mail.identity.product.as_str(), "Amal Group");
    assert_eq!(mail.language, UiLanguage::English);
    assert_eq!(mail.lifetime, CodeLifetime::DEFAULT.get());
    assert_eq!(mail.passcode.expose().len(), 6);
    let record = mailing.record(message_of(&created)).await;
    assert_eq!((record.status, record.region), (MessageStatus::Sent, None));
    assert_eq!(mailing.round().await, []);
    mailing.advance(700);
    mailing.expire_messages().await;
    assert_eq!(mailing.round().await, []);
    assert_eq!(mailing.mails().len(), 1);
    assert_eq!(mailing.balance().await, 7);
}

#[tokio::test]
async fn a_mail_that_is_not_taken_is_tried_again_after_a_growing_pause() {
    let mailing = Mailing::answering([busy(), busy()]).await;
    let created = mailing.create().await;
    let message = message_of(&created);
    assert_eq!(mailing.round().await, [Delivery::Postponed]);
    assert_eq!(mailing.round().await, [], "not at once");
    mailing.advance(1);
    assert_eq!(mailing.round().await, [Delivery::Postponed]);
    mailing.advance(1);
    assert_eq!(mailing.round().await, []);
    assert_eq!(mailing.record(message).await.status, MessageStatus::Pending);
    mailing.advance(1);
    assert_eq!(
        mailing.round().await,
        [Delivery::Settled(MessageStatus::Sent)]
    );
    let mails = mailing.mails();
    let codes: Vec<_> = mails.iter().map(|mail| mail.passcode.expose()).collect();
    assert_eq!(codes, [codes[0]; 3]);
    assert!(mails.iter().all(|mail| mail.message_id == message));
    assert_eq!(mailing.balance().await, 7);
}

#[tokio::test]
async fn a_mail_server_that_asks_to_wait_is_obeyed() {
    let mailing = Mailing::answering([busy_for(20)]).await;
    mailing.create().await;
    mailing.round().await;
    mailing.advance(19);
    assert_eq!(mailing.round().await, []);
    mailing.advance(1);
    assert_eq!(mailing.round().await.len(), 1);
}

#[tokio::test]
async fn a_wait_until_the_code_expires_is_a_refusal() {
    let failed = Delivery::Settled(MessageStatus::Failed);
    for (seconds, expected) in [(299, Delivery::Postponed), (300, failed)] {
        let mailing = Mailing::answering([busy_for(seconds)]).await;
        mailing.create().await;
        assert_eq!(mailing.round().await, [expected], "{seconds}");
    }
}

#[tokio::test]
async fn a_refused_mail_has_failed_with_its_code_and_costs_nothing() {
    let mailing = Mailing::answering([refused()]).await;
    let created = mailing.create().await;
    assert_eq!(
        mailing.round().await,
        [Delivery::Settled(MessageStatus::Failed)]
    );
    assert_eq!(mailing.failure(message_of(&created)).await.code, Some(550));
    assert_eq!(mailing.balance().await, 10);
    mailing.advance(60);
    assert_eq!(mailing.round().await, []);
    assert_eq!(mailing.mails().len(), 1);
}

#[tokio::test]
async fn a_lost_answer_leaves_it_pending_until_its_lifetime_ends_and_is_never_repeated() {
    let mailing = Mailing::answering([SendError::Unknown]).await;
    let created = mailing.create().await;
    let message = message_of(&created);
    assert_eq!(
        mailing.round().await,
        [Delivery::Settled(MessageStatus::Pending)]
    );
    mailing.advance(299);
    assert_eq!(mailing.round().await, []);
    mailing.expire_messages().await;
    assert_eq!(mailing.record(message).await.status, MessageStatus::Pending);
    mailing.advance(30);
    mailing.expire_messages().await;
    assert_eq!(mailing.failure(message).await.title, "Expired");
    assert_eq!(mailing.round().await, []);
    assert_eq!(mailing.mails().len(), 1);
    assert_eq!(mailing.balance().await, 10);
}

#[tokio::test]
async fn a_mail_is_tried_until_its_code_expires_and_never_after() {
    let mailing = Mailing::answering([(); 64].map(|()| busy())).await;
    let created = mailing.create().await;
    let clock = &mailing.0.fixture.clock;
    while mailing.record(message_of(&created)).await.status == MessageStatus::Pending {
        mailing.round().await;
        mailing.advance(1);
        assert!(clock.now() <= created.expires_at, "it ends with the code");
    }
    assert_eq!(mailing.failure(message_of(&created)).await.code, Some(450));
    assert_eq!(mailing.balance().await, 10);
    let last = mailing.mails().pop().expect("mails");
    assert!(last.at + last.timeout <= created.expires_at);
    mailing.advance(600);
    assert_eq!(mailing.round().await, []);
}

#[tokio::test]
async fn a_mail_whose_code_expired_in_the_queue_is_not_sent() {
    let mailing = Mailing::answering([]).await;
    let created = mailing.create().await;
    mailing.advance(300);
    assert_eq!(
        mailing.round().await,
        [Delivery::Settled(MessageStatus::Failed)]
    );
    assert_eq!(mailing.failure(message_of(&created)).await.title, "Expired");
    assert_eq!(mailing.balance().await, 10);
    assert!(mailing.mails().is_empty());
}

#[tokio::test]
async fn a_mail_of_a_canceled_verification_is_not_sent() {
    let mailing = Mailing::answering([]).await;
    let created = mailing.create().await;
    let (store, account) = (&mailing.0.fixture.store, mailing.0.fixture.account);
    let now = mailing.0.fixture.clock.now();
    let canceled = store.cancel_verification(account, created.id, now).await;
    canceled.expect("canceled").expect("it was pending");
    assert_eq!(
        mailing.round().await,
        [Delivery::Settled(MessageStatus::Failed)]
    );
    let failure = mailing.failure(message_of(&created)).await;
    assert_eq!(failure.title, "Canceled");
    assert_eq!(mailing.balance().await, 10);
    assert!(mailing.mails().is_empty());
}

#[tokio::test]
async fn a_worker_that_dies_after_its_claim_loses_that_mail_and_nobody_sends_it() {
    let mailing = Mailing::answering([]).await;
    let created = mailing.create().await;
    let message = message_of(&created);
    let claimed = mailing
        .worker()
        .claim(&Room::for_all(1))
        .await
        .expect("claimed");
    assert_eq!(claimed.len(), 1);
    let worker = mailing.worker();
    for (seconds, abandoned) in [(0, 0), (120, 0), (1, 1), (0, 0)] {
        mailing.advance(seconds);
        let settled = worker.settle_abandoned().await.expect("settled");
        assert_eq!(settled, abandoned, "it may take two minutes");
        assert_eq!(worker.claim(&Room::for_all(1)).await.expect("none"), []);
    }
    let (store, account) = (&mailing.0.fixture.store, mailing.0.fixture.account);
    let history = store.find_history(account, message).await.expect("found");
    let events = history.expect("a message").events;
    let event = |status, source| (status, source);
    assert_eq!(
        events
            .iter()
            .map(|one| event(one.status, one.source))
            .collect::<Vec<_>>(),
        [event(MessageStatus::Pending, EventSource::ProviderCall)]
    );
    mailing.advance(300);
    mailing.expire_messages().await;
    assert_eq!(mailing.record(message).await.status, MessageStatus::Failed);
    assert_eq!(mailing.balance().await, 10);
    assert!(mailing.mails().is_empty());
}

#[tokio::test]
async fn a_resend_mails_the_same_code_and_ends_with_it() {
    let mailing = Mailing::answering([]).await;
    let created = mailing.create().await;
    mailing.round().await;
    mailing.advance(200);
    let other = mailing.resend(created.id, Some(Channel::WhatsApp)).await;
    assert!(matches!(other, Err(ResendVerificationError::OtherChannel)));
    let resent = mailing.resend(created.id, Some(Channel::Email)).await;
    let resent = resent.expect("sent again");
    assert_eq!(resent.messages.len(), 2);
    mailing.round().await;
    let mails = mailing.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].passcode.expose(), mails[1].passcode.expose());
    assert_eq!(mails[1].lifetime.as_secs(), 60, "100 s are left");
    let key = VerificationKey::Id(created.id);
    let shown = mailing.show().execute(mailing.0.fixture.account, key).await;
    let statuses: Vec<_> = shown
        .expect("shown")
        .messages
        .iter()
        .map(|one| one.status)
        .collect();
    assert_eq!(statuses, [MessageStatus::Sent; 2]);
}

#[tokio::test]
async fn without_a_mail_server_nothing_is_queued() {
    let mailing = Mailing::answering([]).await;
    let create = CreateVerification {
        send: SendMessage {
            mail_from: None,
            ..mailing.0.send_message.clone()
        },
        show: mailing.show(),
    };
    let refused = create.execute(mailing.request()).await;
    assert!(
        matches!(
            refused,
            Err(CreateVerificationError::Send(
                SendMessageError::EmailSenderNotFound
            ))
        ),
        "{refused:?}"
    );
    assert_eq!(mailing.round().await, []);
    assert_eq!(mailing.balance().await, 10);
}

#[tokio::test]
async fn a_number_is_not_queued() {
    let mailing = Mailing::answering([]).await;
    let create = CreateVerification {
        send: mailing.0.send_message.clone(),
        show: mailing.show(),
    };
    let request = CreateVerificationRequest {
        to: recipient(1).into(),
        ..mailing.request()
    };
    let created = create.execute(request).await.expect("created");
    assert_eq!(created.verification.messages[0].status, MessageStatus::Sent);
    assert_eq!(mailing.round().await, []);
}

#[tokio::test]
async fn a_message_that_cannot_be_looked_up_is_given_back() {
    let mailing = Mailing::answering([]).await;
    mailing.create().await;
    let mut verifications = otp_core::ports::MockVerifications::new();
    verifications
        .expect_find_verification()
        .returning(|_: AccountId, _, _| Err(otp_core::ports::PortError::Backend("down".into())));
    let worker = DeliverQueued {
        verifications: Arc::new(verifications),
        ..mailing.worker()
    };
    let claimed = worker.claim(&Room::for_all(1)).await.expect("claimed");
    worker
        .deliver(claimed[0].clone())
        .await
        .expect_err("the store is down");
    mailing.advance(1);
    assert_eq!(
        mailing.round().await,
        [Delivery::Settled(MessageStatus::Sent)]
    );
}
