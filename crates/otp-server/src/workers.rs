//! Background work: the tasks that run beside the API, one worker each.

mod consents;
mod messages;
mod notices;
mod senders;
mod templates;
mod worker;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::adapters::Adapters;
use crate::use_cases;
use consents::ResolveConsents;
use messages::ExpireMessages;
use notices::{AnnounceExpiringKeys, ForgetEndedNotices, MailDueNotices};
use senders::ExamineSenders;
use templates::SyncStoredTemplates;

pub(crate) use notices::MAILINGS;
pub(crate) use worker::{PANICS, Progress, Task, TaskError, Worker};

/// Starts a worker for each task; `stop` ends them.
pub(crate) fn start(adapters: &Arc<Adapters>, tasks: &TaskTracker, stop: &CancellationToken) {
    let workers = Workers {
        adapters,
        tasks,
        worker: Worker {
            randomness: Arc::clone(&adapters.randomness),
            stop: stop.clone(),
        },
    };
    workers.start(|adapters| ExpireMessages(use_cases::expire_pending_messages(adapters)));
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
        let stop = stop.clone();
        workers.start(move |adapters| MailDueNotices {
            mail: use_cases::mail_notices(adapters, &sender),
            stop: stop.clone(),
            postponed: false,
        });
    }
    workers.start(|adapters| AnnounceExpiringKeys(use_cases::announce_expiring_keys(adapters)));
    workers.start(|adapters| ForgetEndedNotices(use_cases::forget_ended_notices(adapters)));
    workers.start(|adapters| adapters.metrics.upkeep());
}

struct Workers<'a> {
    adapters: &'a Arc<Adapters>,
    tasks: &'a TaskTracker,
    worker: Worker,
}

impl Workers<'_> {
    fn start<T: Task + 'static>(&self, make: impl Fn(&Adapters) -> T + Send + 'static) {
        let adapters = Arc::clone(self.adapters);
        let worker = self.worker.clone();
        self.tasks.spawn(worker.run(move || make(&adapters)));
    }
}
