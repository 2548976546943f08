//! Test keys: what they send goes to a test inbox, and plays the life of its number.

mod accounts;
mod inbox;
mod lives;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::{Message, MessageStatus};
use otp_core::ports::{
    Accepted, Clock, InboxBell, InboxListener, MessageSender, Messages, OutgoingMessage, SendError,
    Subscriptions,
};
use otp_core::recipient::{PhoneNumber, Recipient};
use otp_core::test_inbox::ShownTestMessage;
use otp_core::turns::Room;
use otp_core::usecases::advance_fallbacks::AdvanceFallbacks;
use otp_core::usecases::authenticate::Caller;
use otp_core::usecases::create_verification::{
    CodeSource, CreateVerification, CreateVerificationRequest,
};
use otp_core::usecases::deliver_queued::DeliverQueued;
use otp_core::usecases::read_test_inbox::{
    ReadTestInbox, ReadTestInboxError, ReadTestInboxRequest,
};
use otp_core::usecases::receive_test_message::ReceiveTestMessage;
use otp_core::usecases::report_test_lives::ReportTestLives;
use otp_core::usecases::send_message::{
    SendMessage, SendMessageError, SendMessageRequest, SentMessage,
};
use otp_core::usecases::show_verification::{ShowVerification, ShownVerification};
use otp_core::verification::fallback::{FallbackPlan, PlannedStep};
use otp_core::verification::{Alphabet, CodeLength, CodeLifetime, Context, Metadata};
use otp_testkit::contract::fixture::Fixture;
use otp_testkit::{ScriptedSender, World};

/// A world whose account has a test key.
struct Tester {
    world: World,
    caller: Caller,
    send_message: SendMessage,
    bell: Bell,
}

/// Hands messages of test keys to the use case, and no others.
struct Inbox(ReceiveTestMessage);

#[async_trait]
impl MessageSender for Inbox {
    async fn send(&self, message: &OutgoingMessage) -> Result<Accepted, SendError> {
        let OutgoingMessage::Test(outgoing) = message else {
            panic!("a provider is called");
        };
        self.0.execute(outgoing).await
    }
}

/// Counts its rings; while somebody listens, time passes.
#[derive(Clone, Default)]
struct Bell(Arc<Rung>);

#[derive(Default)]
struct Rung {
    rings: Mutex<Vec<AccountId>>,
    on_wait: Mutex<Option<Box<dyn FnMut() -> bool + Send>>>,
}

impl InboxBell for Bell {
    fn ring(&self, account: AccountId) {
        self.0.rings.lock().expect("no panic").push(account);
    }

    fn listen(&self, _: AccountId) -> Option<Box<dyn InboxListener>> {
        Some(Box::new(Ear(self.clone())))
    }
}

struct Ear(Bell);

#[async_trait]
impl InboxListener for Ear {
    async fn heard(&mut self, _: Duration) -> bool {
        let mut on_wait = self.0.0.on_wait.lock().expect("no panic");
        on_wait.as_mut().is_some_and(|happens| happens())
    }
}

impl Tester {
    async fn new() -> Self {
        let world = World::with_provider(ScriptedSender::default()).await;
        let fixture = &world.fixture;
        let account_id = fixture.test_account(fixture.account).await;
        let api_key_id = fixture.another_key(account_id).await;
        let bell = Bell::default();
        let receive = ReceiveTestMessage {
            inbox: fixture.store.clone(),
            bell: Arc::new(bell.clone()),
            clock: fixture.clock.clone(),
        };
        Self {
            send_message: SendMessage {
                sender: Arc::new(Inbox(receive)),
                // Neither sender nor template nor mail server is needed.
                mail_from: None,
                ..world.send_message.clone()
            },
            caller: Caller {
                account_id,
                api_key_id,
            },
            bell,
            world,
        }
    }

    fn fixture(&self) -> &Fixture {
        &self.world.fixture
    }

    fn show(&self) -> ShowVerification {
        ShowVerification {
            verifications: self.fixture().store.clone(),
            sealers: self.fixture().sealers(),
            clock: self.fixture().clock.clone(),
        }
    }

    async fn verify_with(&self, to: &str, length: u64, alphabet: Alphabet) -> ShownVerification {
        let length = CodeLength::try_new(length, true).expect("a length");
        let code = CodeSource::Generated(length, alphabet);
        self.verify_or(to, code, FallbackPlan::default()).await
    }

    async fn verify_or(
        &self,
        to: &str,
        code: CodeSource,
        fallback: FallbackPlan,
    ) -> ShownVerification {
        let create = CreateVerification {
            send: self.send_message.clone(),
            show: self.show(),
        };
        let request = CreateVerificationRequest {
            caller: self.caller,
            to: Recipient::parse(to).expect("a recipient"),
            code,
            context: Context::default(),
            lifetime: CodeLifetime::DEFAULT,
            language: None,
            transaction: None,
            metadata: Metadata::default(),
            notice_language: None,
            idempotency_key: None,
            fallback,
        };
        let created = create.execute(request).await;
        created.expect("created").verification
    }

    async fn verify(&self, to: &str) -> ShownVerification {
        self.verify_with(to, 6, Alphabet::Numeric).await
    }

    async fn send(&self, to: &str) -> Result<SentMessage, SendMessageError> {
        let request = SendMessageRequest {
            caller: self.caller,
            to: PhoneNumber::parse(to).expect("a number"),
            ..self.world.request(1)
        };
        self.send_message.execute(request).await
    }

    async fn message(&self, id: MessageId) -> Message {
        let found = Messages::find(&*self.fixture().store, self.caller.account_id, id).await;
        found.expect("find").expect("a message")
    }

    async fn status(&self, id: MessageId) -> MessageStatus {
        self.message(id).await.status
    }

    /// Lets time pass, and makes the reports that are due.
    async fn after(&self, seconds: u64) {
        self.fixture().clock.advance(Duration::from_secs(seconds));
        while self.report().execute().await.expect("reported") {}
    }

    fn report(&self) -> ReportTestLives {
        ReportTestLives {
            inbox: self.fixture().store.clone(),
            ledger: self.fixture().store.clone(),
            opt_outs: self.fixture().store.clone(),
            clock: self.fixture().clock.clone(),
        }
    }

    fn read(&self) -> ReadTestInbox {
        ReadTestInbox {
            inbox: self.fixture().store.clone(),
            directory: self.fixture().store.clone(),
            sealers: self.fixture().sealers(),
            bell: Arc::new(self.bell.clone()),
            clock: self.fixture().clock.clone(),
        }
    }

    fn wanted(&self, to: Option<&str>, wait: u64) -> ReadTestInboxRequest {
        ReadTestInboxRequest {
            account_id: self.caller.account_id,
            to: to.map(|to| Recipient::parse(to).expect("a recipient")),
            from: None,
            wait: Duration::from_secs(wait),
        }
    }

    async fn inbox(&self, to: Option<&str>) -> Vec<ShownTestMessage> {
        let read = self.read().execute(self.wanted(to, 0)).await;
        read.expect("read")
    }
}

#[tokio::test]
async fn a_test_key_sends_without_sender_and_credits_and_a_live_key_sees_nothing_of_it() {
    let tester = Tester::new().await;
    let sent = tester.send("+966551234567").await.expect("sent");
    assert_eq!(sent.status, MessageStatus::Sent);
    let message = tester.message(sent.id).await;
    assert_eq!((message.price.get(), message.subscription_id), (0, None));
    let inbox = tester.inbox(Some("+966551234567")).await;
    assert_eq!(inbox[0].code.expose(), "482913");

    let fixture = tester.fixture();
    let live = Messages::find(&*fixture.store, fixture.account, sent.id).await;
    assert_eq!(live.expect("find"), None);
    assert_eq!(fixture.balance().await, 10);
    let request = ReadTestInboxRequest {
        account_id: fixture.account,
        ..tester.wanted(None, 30)
    };
    let refused = tester.read().execute(request).await;
    let refused = refused.expect_err("a live key has no inbox");
    assert!(matches!(refused, ReadTestInboxError::NotATestAccount));
    // The recipient is cooling down for the test key only.
    let again = tester.send("+966551234567").await;
    assert!(matches!(again, Err(SendMessageError::CoolingDown { .. })));
    let to = PhoneNumber::parse("+966551234567").expect("a number");
    let of_live = SendMessageRequest {
        to,
        ..tester.world.request(1)
    };
    let sent = tester.world.send_message.execute(of_live).await;
    assert_eq!(sent.expect("sent").status, MessageStatus::Sent);
    assert_eq!(tester.world.whatsapp_calls().len(), 1);
}

#[tokio::test]
async fn a_documented_number_has_a_fixed_code_and_any_other_a_random_one() {
    let tester = Tester::new().await;
    for (to, length, alphabet, code) in [
        ("+12025550100", 6, Alphabet::Numeric, "424242"),
        ("+12025550173", 8, Alphabet::Numeric, "42424242"),
        ("+12025550171", 6, Alphabet::Alphanumeric, "424242"),
    ] {
        tester.verify_with(to, length, alphabet).await;
        assert_eq!(tester.inbox(Some(to)).await[0].code.expose(), code);
    }
    for to in ["+12025550169", "+966551234567", "buyer@example.com"] {
        tester.verify(to).await;
        let code = tester.inbox(Some(to)).await[0].code.expose().to_owned();
        assert!(code.len() == 6 && code != "424242", "{code}");
    }
}

#[tokio::test]
async fn a_mail_goes_to_the_inbox_without_a_mail_server() {
    let tester = Tester::new().await;
    let verification = tester.verify("buyer@example.com").await;
    assert_eq!(verification.messages[0].status, MessageStatus::Sent);
    let inbox = tester.inbox(Some("BUYER@example.com")).await;
    assert_eq!(inbox.len(), 1);
    assert_eq!(inbox[0].channel.as_str(), "email");
    let due = tester.fixture().clock.now() + Duration::from_secs(60);
    let due = tester.fixture().store.list_due(due, 9).await;
    assert_eq!(due.expect("listed"), [], "a mail server reports nothing");
}

#[tokio::test]
async fn a_fallback_goes_to_the_inbox_too_and_costs_nothing() {
    for (to, refused) in [("+12025550180", false), ("+12025550120", true)] {
        let tester = Tester::new().await;
        let address = Recipient::parse("buyer@example.com").expect("an address");
        let step = PlannedStep {
            to: address,
            wait: Duration::from_secs(30),
        };
        let number = Recipient::parse(to).expect("a number");
        let plan = FallbackPlan::try_new(&number, vec![step], CodeLifetime::DEFAULT);
        let code = CodeSource::Generated(CodeLength::DEFAULT, Alphabet::Numeric);
        let created = tester.verify_or(to, code, plan.expect("a plan")).await;
        assert_eq!(created.messages[0].status == MessageStatus::Failed, refused);
        tester.after(2).await;

        let store = &tester.fixture().store;
        let advance = AdvanceFallbacks {
            fallbacks: store.clone(),
            send: tester.send_message.clone(),
        };
        let round = advance.execute().await.expect("advanced");
        assert_eq!((round.taken, round.passed_over), (1, 0), "{to}");
        let deliver = DeliverQueued {
            queue: store.clone(),
            verifications: store.clone(),
            send: tester.send_message.clone(),
        };
        for claimed in deliver.claim(&Room::for_all(9)).await.expect("claimed") {
            deliver.deliver(claimed).await.expect("delivered");
        }
        let mail = &tester.inbox(Some("buyer@example.com")).await[0];
        assert_eq!(mail.code.expose(), "424242");
        tester.after(600).await;
        advance.execute().await.expect("settled");
        let ledger = Subscriptions::ledger(&**store, tester.caller.account_id).await;
        assert_eq!(ledger.expect("ledger"), []);
        let counts = store.count_payments().await.expect("counted");
        assert!(counts.iter().all(|count| count.adds_up() && count.net == 0));
    }
}
