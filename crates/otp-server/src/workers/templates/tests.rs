//! Tests of the task in its worker, with paused time and a scripted provider.

use std::collections::VecDeque;
use std::sync::Mutex;

use otp_core::channel::whatsapp::ProviderId;
use otp_core::channel::whatsapp::notification_gaps::GAP;
use otp_core::channel::whatsapp::template::listed::ListedTemplate;
use otp_core::channel::whatsapp::template::{TemplateName, TemplateStatus};
use otp_core::language::LanguageTag;
use otp_core::notice::NoticeKind;
use otp_core::ports::{MockProviderWebhook, MockTemplateRegistry, ProviderWebhook, Randomness};
use otp_core::provider_webhook_payload::ProviderWebhookPayload;
use otp_core::usecases::sync_templates::TemplatePorts;
use otp_testkit::contract::fixture::START;
use otp_testkit::{ScriptedSender, World};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::super::worker::Worker;
use super::*;

const MINUTE: Duration = Duration::from_secs(60);

/// The provider's answer to one question.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// It lists the sender's two templates, the Arabic one as paused.
    ArabicPaused,
    Refuse,
    Fail,
    /// It lists them, and meanwhile the server is asked to stop.
    Stop,
}

/// Randomness that makes every period as long as it can be.
struct Longest;

impl Randomness for Longest {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// A worker that runs, and what the test can see of it.
struct Observed {
    world: World,
    started: Instant,
    /// When the provider was asked.
    asked: mpsc::UnboundedReceiver<Instant>,
    notifications: Arc<GapWatch>,
    ended: tokio::task::JoinHandle<()>,
}

fn listed(language: &str, status: TemplateStatus) -> ListedTemplate {
    ListedTemplate {
        provider_id: ProviderId::parse("7").expect("digits"),
        name: TemplateName::parse("otp_code").expect("a name"),
        language: LanguageTag::parse(language).expect("a tag"),
        status,
        reason: None,
        category: "AUTHENTICATION".to_owned(),
        has_code_button: true,
        time_to_live: None,
        code_expiry: None,
    }
}

/// Starts the worker over two senders with two templates each. At the end of the script, the provider
/// lists everything as it is.
async fn observe(script: &[Step]) -> Observed {
    let world = World::with_provider(ScriptedSender::default()).await;
    let fixture = &world.fixture;
    fixture.clock.advance(Duration::from_secs(1));
    let other = fixture.another_account().await;
    world.add_sender_of(other, &["ar", "en_US"]).await;
    let script: Mutex<VecDeque<Step>> = Mutex::new(script.iter().copied().collect());
    let (note, asked) = mpsc::unbounded_channel();
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    let mut registry = MockTemplateRegistry::new();
    registry.expect_list().returning(move |_| {
        note.send(Instant::now()).expect("the test listens");
        let arabic = match script.lock().expect("not poisoned").pop_front() {
            Some(Step::ArabicPaused) => TemplateStatus::PAUSED,
            Some(Step::Refuse) => {
                return Err(ProviderError::Refused {
                    code: 200,
                    subcode: None,
                    words: "no permission".to_owned(),
                });
            }
            Some(Step::Fail) => return Err(ProviderError::Unavailable("gone".to_owned())),
            Some(Step::Stop) => {
                stopping.cancel();
                TemplateStatus::APPROVED
            }
            None => TemplateStatus::APPROVED,
        };
        let english = listed("en_US", TemplateStatus::APPROVED);
        Ok(vec![listed("ar", arabic), english])
    });
    let mut webhook = MockProviderWebhook::new();
    webhook
        .expect_open()
        .returning(|_, _, _| Ok(ProviderWebhookPayload::default()));
    let notifications = Arc::new(GapWatch::new(Arc::new(webhook)));
    let sync = SyncTemplates {
        ports: TemplatePorts {
            templates: fixture.store.clone(),
            registry: Arc::new(registry),
            sealers: fixture.sealers(),
            clock: fixture.clock.clone(),
            randomness: fixture.randomness.clone(),
        },
        outbox: fixture.store.clone(),
    };
    let worker = Worker {
        randomness: Arc::new(Longest),
        stop: stop.clone(),
        rounds: crate::workers::Rounds::default(),
    };
    let senders: Arc<dyn Senders> = fixture.store.clone();
    let watched = Arc::clone(&notifications);
    let make = move || SyncStoredTemplates {
        sync: sync.clone(),
        senders: Arc::clone(&senders),
        notifications: Some(Arc::clone(&watched)),
        stop: stop.clone(),
    };
    Observed {
        started: Instant::now(),
        ended: tokio::spawn(worker.run(make)),
        world,
        asked,
        notifications,
    }
}

impl Observed {
    /// Waits for the next questions, and returns when each was asked, counted from the start.
    async fn questions(&mut self, count: usize) -> Vec<Duration> {
        let mut times = Vec::new();
        for _ in 0..count {
            let asked = self.asked.recv().await.expect("the worker runs");
            times.push(asked - self.started);
        }
        times
    }

    /// Returns the languages of the templates that account holders were notified of.
    async fn notified(&self) -> Vec<String> {
        let store = &self.world.fixture.store;
        let queued = store.list_unsent(9).await.expect("listed");
        let language = |kind: NoticeKind| match kind {
            NoticeKind::TemplateDisabled { language, .. } => Some(language.to_string()),
            NoticeKind::LowBalance { .. }
            | NoticeKind::SubscriptionSpent { .. }
            | NoticeKind::SenderDisabled { .. }
            | NoticeKind::KeyExpiring { .. }
            | NoticeKind::WebhookDisabled { .. }
            | NoticeKind::OrderPlaced { .. }
            | NoticeKind::OrderActivated { .. }
            | NoticeKind::OrderDeclined { .. }
            | NoticeKind::NewDevice { .. }
            | NoticeKind::PasswordChanged { .. }
            | NoticeKind::SecondFactorOn { .. }
            | NoticeKind::SecondFactorOff { .. }
            | NoticeKind::TeamInvitation { .. } => None,
        };
        let kinds = queued.into_iter().map(|queued| queued.notice.kind);
        kinds.filter_map(language).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn the_provider_is_asked_a_minute_after_the_start_and_every_six_hours() {
    let mut worker = observe(&[]).await;
    let six_hours = 6 * 60 * MINUTE;
    let (first, second) = (MINUTE, MINUTE + six_hours);
    let expected = [first, first, second, second, second + six_hours];
    assert_eq!(worker.questions(5).await, expected);
}

#[tokio::test(start_paused = true)]
async fn a_paused_template_is_taken_out_of_use_and_its_account_holder_is_notified() {
    let mut worker = observe(&[Step::ArabicPaused]).await;
    // The second question comes after the first sender is done.
    worker.questions(2).await;
    let sender = worker.world.fixture.sender_id;
    let store = &worker.world.fixture.store;
    let stored = store.list_templates(Some(sender)).await.expect("listed");
    let statuses: Vec<_> = stored
        .iter()
        .map(|template| (template.language.as_str(), template.status.as_str()))
        .collect();
    assert_eq!(statuses, [("ar", "PAUSED"), ("en_US", "APPROVED")]);
    assert_eq!(worker.notified().await, ["ar"]);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_does_not_answer_is_asked_again_after_ten_minutes() {
    let mut worker = observe(&[Step::Fail]).await;
    let again = MINUTE * 11;
    let expected = [MINUTE, MINUTE, again, again, again + 6 * 60 * MINUTE];
    assert_eq!(worker.questions(5).await, expected);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_for_one_sender_neither_stops_the_others_nor_is_repeated_soon() {
    let mut worker = observe(&[Step::Refuse, Step::ArabicPaused]).await;
    let next = MINUTE + 6 * 60 * MINUTE;
    assert_eq!(worker.questions(3).await, [MINUTE, MINUTE, next]);
    assert_eq!(worker.notified().await, ["ar"]);
}

#[tokio::test(start_paused = true)]
async fn the_provider_is_asked_at_once_after_a_gap_in_its_notifications() {
    let mut worker = observe(&[]).await;
    worker.questions(2).await;
    let open = |at| worker.notifications.open(None, b"", at).expect("signed");
    open(START);
    open(START + GAP);
    assert_eq!(worker.questions(2).await, [MINUTE, MINUTE]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_waits_for_one_sender_at_most() {
    let mut worker = observe(&[Step::Stop]).await;
    assert_eq!(worker.questions(1).await, [MINUTE]);
    worker.ended.await.expect("ended");
    assert!(worker.asked.try_recv().is_err(), "another sender was asked");
}
