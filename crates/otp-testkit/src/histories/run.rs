//! The run of a history: does one step after the other, and reads the book after each.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use otp_core::credits::Credits;
use otp_core::ids::VerificationId;
use otp_core::ports::{Clock, PortError, SendError, Storage};
use otp_core::pricing::PriceKey;
use otp_core::region::Region;
use otp_core::sealing::Purpose;
use otp_core::time::Timestamp;
use otp_core::turns::Room;
use otp_core::usecases::audit_credits::AuditCredits;
use otp_core::usecases::create_verification::CreateVerificationRequest;
use otp_core::verification::VerificationRecord;
use otp_core::verification::fallback::FallbackPosition;
use proptest::prelude::{TestCaseError, prop_assert, prop_assert_eq};
use uuid::Uuid;

use super::Reopen;
use super::book::{Book, Kept, Seen};
use super::faults::{Faults, faulty};
use super::process::{Process, Request};
use super::provider::Provider;
use super::requests::Last;
use super::step::{Answer, History, Step, Worker};
use crate::contract::fixture::Fixture;
use crate::contract::verifications::everything;
use crate::sender::refusal;
use crate::{SeededRandomness, World};

/// More credits than a history costs.
const CREDITS: i64 = 1_000_000;

/// Longer than any code or message lives.
const LONGER_THAN_ANYTHING: Duration = Duration::from_secs(700);

/// The longest pause between two attempts to hand a message over.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

pub(super) struct Run<R> {
    place: R,
    pub(super) process: Process,
    pub(super) provider: Arc<Provider>,
    pub(super) faults: Arc<Faults>,
    pub(super) book: Book,
    /// The last request that may be repeated.
    pub(super) last: Option<Last>,
    /// The requests that created the verifications.
    pub(super) created: BTreeMap<VerificationId, CreateVerificationRequest>,
    pub(super) keys: u32,
    calls_read: usize,
    /// Whether the process died in the step.
    died: bool,
}

/// Runs a history in a new place.
pub(super) async fn run<R: Reopen>(place: R, history: &History) -> Kept {
    let mut run = Run::begin(place).await;
    for step in &history.steps {
        // No two requests come at the same instant.
        run.pass(Duration::from_millis(1));
        run.step(step).await?;
    }
    run.end().await?;
    if history.late.is_empty() {
        return Ok(());
    }
    for (nth, news) in &history.late {
        run.receipt(*nth, *news).await?;
    }
    run.end().await
}

impl<R: Reopen> Run<R> {
    async fn begin(place: R) -> Self {
        let faults = Arc::<Faults>::default();
        let mut fixture = Fixture::with_credits(place.open().await, CREDITS).await;
        // The same history has the same codes each time.
        fixture.randomness = Arc::new(SeededRandomness::new(1));
        let provider = Arc::new(Provider {
            script: Arc::default(),
            clock: fixture.clock.clone(),
            faults: Arc::clone(&faults),
            calls: Default::default(),
        });
        let region = |code| PriceKey::Region(Region::parse(code).expect("a region"));
        let price = |credits| Credits::new(credits).expect("credits");
        let prices = [
            (region("SA"), price(2)),
            (region("DE"), price(5)),
            (PriceKey::Email, price(3)),
        ];
        fixture
            .store
            .set(&prices, &fixture.entry())
            .await
            .expect("prices");
        let process = start(fixture, &provider, &faults);
        process.world.add_sender(&["en_US"]).await;
        Self {
            place,
            process,
            provider,
            faults,
            book: Book::default(),
            last: None,
            created: BTreeMap::new(),
            keys: 0,
            calls_read: 0,
            died: false,
        }
    }

    fn store(&self) -> &Arc<dyn Storage> {
        &self.process.world.fixture.store
    }

    pub(super) fn now(&self) -> Timestamp {
        self.process.world.fixture.clock.now()
    }

    pub(super) fn pass(&self, by: Duration) {
        self.process.world.fixture.clock.advance(by);
    }

    async fn step(&mut self, step: &Step) -> Kept {
        match step {
            Step::Create {
                to,
                fallback,
                lifetime,
            } => {
                let request = self.creation(*to, fallback, *lifetime);
                self.request(Request::Create(request), true).await
            }
            Step::CreateAnother { nth } => {
                let Some(id) = self.id(*nth) else {
                    return Ok(());
                };
                let request = self.creation_of(id);
                self.request(Request::Create(request), true).await
            }
            Step::Resend { nth, channel } => {
                let Some(id) = self.id(*nth) else {
                    return Ok(());
                };
                let request = self.resending(id, *channel);
                self.request(Request::Resend(request), true).await
            }
            Step::RightGuess { nth } => self.guess(*nth, 0).await,
            Step::WrongGuesses { nth, count } => {
                for _ in 0..*count {
                    let shift = self.key();
                    self.guess(*nth, shift).await?;
                }
                Ok(())
            }
            Step::Repeat => self.repeat().await,
            Step::Cancel { nth } => {
                let Some(id) = self.id(*nth) else {
                    return Ok(());
                };
                let canceled = self.faults.survived(self.process.cancel(id)).await;
                self.survived(canceled).await?;
                self.read(false).await
            }
            Step::Receipt { nth, news } => self.receipt(*nth, *news).await,
            Step::Pass(seconds) => {
                self.pass(Duration::from_secs(*seconds));
                Ok(())
            }
            Step::PassUntilEnd {
                nth,
                seconds_before,
            } => {
                if let Some(of) = self.book.nth(*nth) {
                    let until = of.expires_at - Duration::from_secs(*seconds_before);
                    self.pass(until.since(self.now()));
                }
                Ok(())
            }
            Step::Work(worker) => self.work(*worker).await,
            Step::Provider(answer) => {
                self.provider.script.then(Err(scripted(*answer)));
                Ok(())
            }
            Step::Crash(point) => {
                self.faults.die_at(Some(*point));
                Ok(())
            }
            Step::SlowAdmission(seconds) => {
                self.faults.delay_admission(Duration::from_secs(*seconds));
                Ok(())
            }
            Step::Restart => self.restart().await,
        }
    }

    fn id(&self, nth: usize) -> Option<VerificationId> {
        self.book.nth(nth).map(|of| of.id)
    }

    async fn work(&mut self, worker: Worker) -> Kept {
        let worked = self.faults.survived(self.process.work(worker)).await;
        self.survived(worked).await?;
        self.read(false).await
    }

    /// Returns the result of a request; `None` if the process died during it, and the next one was started.
    pub(super) async fn survived<T>(
        &mut self,
        done: Option<Result<T, PortError>>,
    ) -> Result<Option<T>, TestCaseError> {
        let Some(done) = done else {
            self.died = true;
            self.restart().await?;
            return Ok(None);
        };
        match done {
            Ok(done) => Ok(Some(done)),
            Err(error) => Err(TestCaseError::fail(format!("a port failed: {error:?}"))),
        }
    }

    /// Starts the next process, which knows what is stored.
    async fn restart(&mut self) -> Kept {
        let fixture = Fixture {
            store: self.place.open().await,
            ..self.process.world.fixture.clone()
        };
        self.process = start(fixture, &self.provider, &self.faults);
        self.audit().await
    }

    async fn audit(&self) -> Kept {
        let audit = AuditCredits {
            audit: self.store().clone(),
        };
        let report = audit.execute().await.expect("audited");
        prop_assert!(report.adds_up(), "the credits do not add up: {report:?}");
        Ok(())
    }

    /// Reads what a step did.
    pub(super) async fn read(&mut self, is_resend: bool) -> Kept {
        let seen = self.look(is_resend).await?;
        self.book.read(&seen)
    }

    /// Looks at everything that is stored, and writes down which verifications are new.
    async fn look(&mut self, is_resend: bool) -> Result<Seen, TestCaseError> {
        let fixture = &self.process.world.fixture;
        let (store, account) = (&fixture.store, fixture.account);
        let found = store.list_verifications(&everything(fixture)).await;
        let verifications = found.expect("listed").records;
        for record in verifications.iter().rev() {
            if !self.book.knows(record.state.id) {
                let code = code_of(fixture, record)?;
                self.book.begin(record, code);
            }
        }
        let messages = verifications.iter().flat_map(|record| &record.messages);
        let new = messages.filter(|message| !self.book.knows_message(message.id));
        let new: Vec<_> = new.map(|message| (account, message.id)).collect();
        let mut prices = BTreeMap::new();
        if !new.is_empty() {
            let found = store.find_all(&new).await.expect("found");
            let found = found.into_iter().flatten();
            prices.extend(found.map(|message| (message.id, message.price.get())));
        }
        let calls = self.provider.calls()[self.calls_read..].to_vec();
        self.calls_read += calls.len();
        Ok(Seen {
            verifications,
            prices,
            ledger: store.ledger(account).await.expect("a ledger"),
            calls,
            is_resend,
            died: std::mem::take(&mut self.died),
        })
    }

    /// Lets everything come to its end, and reads what it cost.
    async fn end(&mut self) -> Kept {
        self.faults.die_at(None);
        self.work(Worker::QueueGoesOn).await?;
        for pass in [LONGEST_PAUSE, LONGER_THAN_ANYTHING, LONGER_THAN_ANYTHING] {
            self.pass(pass);
            // What fails in the first round is reviewed in the second.
            self.work(Worker::All).await?;
            self.pass(Duration::from_secs(1));
            self.work(Worker::All).await?;
        }
        let seen = self.look(false).await?;
        self.book.read_end(&seen)?;
        self.audit().await?;
        let store = self.store();
        let first = FallbackPosition {
            look_at: Timestamp::from_unix_millis(0),
            verification_id: VerificationId(Uuid::nil()),
        };
        let due = store.list_due_fallbacks(first, Timestamp::MAX, 9).await;
        prop_assert_eq!(due.expect("listed"), []);
        let queued = store.list_abandoned(Timestamp::MAX, 9).await;
        prop_assert_eq!(queued.expect("listed"), []);
        let queued = store.claim_queued(Timestamp::MAX, &Room::for_all(9)).await;
        prop_assert_eq!(queued.expect("claimed"), []);
        Ok(())
    }
}

/// Starts a process over what is stored.
fn start(mut fixture: Fixture, provider: &Arc<Provider>, faults: &Arc<Faults>) -> Process {
    fixture.store = faulty(fixture.store, fixture.clock.clone(), faults);
    let mut world = World::over(fixture, Arc::clone(&provider.script));
    world.send_message.sender = provider.clone();
    Process::new(world)
}

fn code_of(fixture: &Fixture, record: &VerificationRecord) -> Result<String, TestCaseError> {
    let id = record.state.id;
    let Some(sealed) = &record.code else {
        return Err(TestCaseError::fail(format!("{id} began without a code")));
    };
    let code = fixture.sealer.open(Purpose::VerificationCode, id.0, sealed);
    Ok(code.expect("the code opens").to_string())
}

fn scripted(answer: Answer) -> SendError {
    let refusal = refusal(400, 131_026);
    match answer {
        Answer::Refused => SendError::Refused(refusal),
        Answer::Unknown => SendError::Unknown,
        Answer::Later(seconds) => SendError::Retry {
            refusal,
            after: Some(Duration::from_secs(seconds)),
        },
    }
}
