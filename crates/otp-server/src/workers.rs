//! Background work: the tasks that run beside the API, one worker each.

mod answers;
mod consents;
mod fallbacks;
mod insights;
mod key_uses;
mod messages;
mod notices;
mod queue;
mod round;
mod rounds;
mod senders;
mod sign_ins;
mod templates;
mod test_lives;
mod under_way;
mod verifications;
mod webhooks;
mod worker;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::adapters::Adapters;
use crate::settings::Settings;
use crate::use_cases;
use answers::ForgetOldAnswers;
use consents::ResolveConsents;
use fallbacks::AdvanceDueFallbacks;
use insights::CountForInsights;
use key_uses::KeepKeyUses;
use messages::ExpireMessages;
use notices::{AnnounceExpiringKeys, ForgetEndedNotices, MailDueNotices};
use queue::DeliverQueuedMessages;
use rounds::Rounds;
use senders::ExamineSenders;
use sign_ins::ForgetSignIns;
use templates::SyncStoredTemplates;
use test_lives::{ForgetTestMessages, ReportTestLives};
use verifications::ExpireDueVerifications;
use webhooks::{DeliverDueWebhooks, ForgetWebhookDeliveries};

pub(crate) use fallbacks::FALLBACKS;
pub(crate) use notices::MAILINGS;
pub(crate) use worker::{PANICS, Progress, Task, TaskError, Worker};

/// Running workers.
pub(crate) struct Workers {
    tasks: TaskTracker,
    stop: CancellationToken,
    rounds: Rounds,
}

impl Workers {
    /// Starts a worker for each task.
    pub(crate) fn start(settings: &Settings, adapters: &Arc<Adapters>) -> Self {
        let workers = Self {
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            rounds: Rounds::default(),
        };
        start(settings, adapters, &workers);
        workers
    }

    /// Ends them. A round that has begun is finished first.
    pub(crate) async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Returns the names of the tasks whose round is under way.
    pub(crate) fn busy(&self) -> Vec<&'static str> {
        self.rounds.under_way()
    }
}

fn start(settings: &Settings, adapters: &Arc<Adapters>, running: &Workers) {
    let stop = &running.stop;
    let workers = Starter {
        adapters,
        tasks: &running.tasks,
        worker: Worker {
            randomness: Arc::clone(&adapters.randomness),
            stop: stop.clone(),
            rounds: running.rounds.clone(),
        },
    };
    workers.start(|adapters| ExpireMessages(use_cases::expire_pending_messages(adapters)));
    workers.start(|adapters| ExpireDueVerifications(use_cases::expire_verifications(adapters)));
    workers.start(|adapters| ResolveConsents {
        record_consent: use_cases::record_consent(adapters),
        waiting: 0,
    });
    if let Some(examiner) = adapters.sender_examiner.clone() {
        workers.start(move |adapters| ExamineSenders {
            examine: use_cases::examine_sender(adapters, &examiner),
            paced: Arc::clone(&adapters.sender),
            outbox: adapters.storage.clone(),
        });
    }
    if let Some(registry) = adapters.template_registry.clone() {
        let stop = stop.clone();
        workers.start(move |adapters| SyncStoredTemplates {
            sync: use_cases::sync_templates(adapters, &registry),
            senders: adapters.storage.clone(),
            notifications: adapters.provider_webhook.clone(),
            stop: stop.clone(),
        });
    }
    if let Some(sender) = adapters.notice_sender.clone() {
        let (stop, settings) = (stop.clone(), settings.clone());
        workers.start(move |adapters| MailDueNotices {
            mail: use_cases::mail_notices(&settings, adapters, &sender),
            stop: stop.clone(),
            postponed: false,
        });
    }
    let deliver = use_cases::deliver_queued(settings, adapters);
    let until_stopped = stop.clone();
    workers.start(move |adapters| DeliverQueuedMessages {
        deliver: deliver.clone(),
        queued: Arc::clone(&adapters.queued),
        stop: until_stopped.clone(),
    });
    let advance = use_cases::advance_fallbacks(settings, adapters);
    workers.start(move |adapters| AdvanceDueFallbacks {
        advance: advance.clone(),
        failed: Arc::clone(&adapters.failed),
    });
    if let Some(caller) = adapters.webhook_caller.clone() {
        let deliver = use_cases::deliver_webhooks(settings, adapters, &caller);
        let stop = stop.clone();
        workers.start(move |_| DeliverDueWebhooks {
            deliver: deliver.clone(),
            stop: stop.clone(),
        });
    }
    let stopping = stop.clone();
    workers.start(move |adapters| CountForInsights {
        roll_up: use_cases::roll_up_insights(adapters),
        stop: stopping.clone(),
    });
    let stopping = stop.clone();
    workers.start(move |adapters| ForgetWebhookDeliveries {
        forget: use_cases::forget_webhook_deliveries(adapters),
        stop: stopping.clone(),
    });
    workers.start(|adapters| AnnounceExpiringKeys(use_cases::announce_expiring_keys(adapters)));
    workers.start(|adapters| ForgetEndedNotices(use_cases::forget_ended_notices(adapters)));
    let stopping = stop.clone();
    workers.start(move |adapters| ReportTestLives {
        report: use_cases::report_test_lives(adapters),
        stop: stopping.clone(),
    });
    let stopping = stop.clone();
    workers.start(move |adapters| ForgetTestMessages {
        forget: use_cases::forget_test_messages(adapters),
        stop: stopping.clone(),
    });
    workers.start(|adapters| KeepKeyUses(use_cases::keep_key_uses(adapters)));
    let stopping = stop.clone();
    workers.start(move |adapters| ForgetSignIns {
        forget: use_cases::forget_sign_ins(adapters),
        stop: stopping.clone(),
    });
    let stop = stop.clone();
    workers.start(move |adapters| ForgetOldAnswers {
        forget: use_cases::forget_old_answers(adapters),
        stop: stop.clone(),
    });
    workers.start(|adapters| adapters.metrics.upkeep());
}

struct Starter<'a> {
    adapters: &'a Arc<Adapters>,
    tasks: &'a TaskTracker,
    worker: Worker,
}

impl Starter<'_> {
    fn start<T: Task + 'static>(&self, make: impl Fn(&Adapters) -> T + Send + 'static) {
        let adapters = Arc::clone(self.adapters);
        let worker = self.worker.clone();
        self.tasks.spawn(worker.run(move || make(&adapters)));
    }
}
