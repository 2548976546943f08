//! Sync templates: updates the stored templates of a sender to those that the provider lists, and
//! notifies the account holder if a template can no longer be used.

use std::sync::Arc;

use crate::audit::{Actor, AuditAction, AuditEntry};
use crate::channel::whatsapp::template::listed::ListedTemplate;
use crate::channel::whatsapp::template::sync::{SyncPlan, TemplateChange, as_listed, reconcile};
use crate::channel::whatsapp::template::{AuthenticationTemplate, TemplateStatus};
use crate::channel::whatsapp::{Sender, UnreadableToken};
use crate::ids::TemplateId;
use crate::person::permission::StaffAction;
use crate::ports::{
    BusinessAccount, Clock, NoticeOutbox, PortError, ProviderError, Randomness, TemplateRegistry,
    Templates,
};
use crate::usecases::account_sealers::AccountSealers;
use crate::usecases::staff_actor::StaffActor;

/// At most this many attempts, if other processes keep changing the same templates.
const MAX_ATTEMPTS: usize = 5;

/// The ports that the administration of templates needs.
#[derive(Clone)]
pub struct TemplatePorts {
    /// The stored templates.
    pub templates: Arc<dyn Templates>,
    /// The provider's templates.
    pub registry: Arc<dyn TemplateRegistry>,
    /// Opens the sender's token.
    pub sealers: AccountSealers,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates ids.
    pub randomness: Arc<dyn Randomness>,
}

/// Syncs templates.
#[derive(Clone)]
pub struct SyncTemplates {
    /// The ports that all administration of templates needs.
    pub ports: TemplatePorts,
    /// Stores the notices to account holders.
    pub outbox: Arc<dyn NoticeOutbox>,
}

/// The result of a sync.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Synced {
    /// Templates that were not stored before.
    pub added: Vec<AuthenticationTemplate>,
    /// Templates that differed from the provider's, including those it no longer has.
    pub changed: Vec<TemplateChange>,
    /// Templates whose messages may arrive after their code has expired.
    pub outlasting: Vec<ListedTemplate>,
}

/// The reason templates cannot be administered.
#[derive(Debug, thiserror::Error)]
pub enum AdministerTemplatesError {
    /// Whoever asks may not do this.
    #[error("the role does not allow it")]
    Forbidden,
    /// The provider refused or did not answer.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The sender's access token does not open.
    #[error(transparent)]
    Token(#[from] UnreadableToken),
    /// The account's key is deleted, so the sender's access token cannot be read.
    #[error("the account of the sender has been erased")]
    AccountErased,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl SyncTemplates {
    /// Syncs the templates of one sender. Templates of other senders do not change.
    pub async fn execute(
        &self,
        sender: &Sender,
        by: StaffActor<'_>,
    ) -> Result<Synced, AdministerTemplatesError> {
        let by = by.authorise(StaffAction::ManageSenders);
        let by = by.ok_or(AdministerTemplatesError::Forbidden)?;
        self.sync(sender, std::convert::identity, &by).await
    }

    /// Does what is safe without an operator; see [`SyncPlan::unattended`].
    pub async fn execute_unattended(
        &self,
        sender: &Sender,
    ) -> Result<Synced, AdministerTemplatesError> {
        let by = Actor::gateway();
        self.sync(sender, SyncPlan::unattended, &by).await
    }

    /// Syncs with the part of each plan that `allowed` leaves.
    ///
    /// The stored templates are read before the provider is asked. So what another process changes in
    /// between, perhaps because of a newer event, is not overwritten: both are asked again.
    async fn sync(
        &self,
        sender: &Sender,
        allowed: fn(SyncPlan) -> SyncPlan,
        by: &Actor,
    ) -> Result<Synced, AdministerTemplatesError> {
        let ports = &self.ports;
        let account = ports.business_account(sender).await?;
        let mut synced = Synced::default();
        for _ in 0..MAX_ATTEMPTS {
            let stored = ports.templates.list_templates(Some(sender.id)).await?;
            let asked_at = ports.clock.now();
            let listed = ports.registry.list(&account).await?;
            synced.outlasting = outlasting(&listed);
            let plan = allowed(reconcile(&stored, listed, asked_at));
            if self.carry_out((sender, by), plan, &mut synced).await? {
                return Ok(synced);
            }
        }
        Err(PortError::Unavailable("the templates kept changing; try again".into()).into())
    }

    /// Makes the changes of the plan. Returns `false` if another process made a change first.
    async fn carry_out(
        &self,
        (sender, by): (&Sender, &Actor),
        plan: SyncPlan,
        synced: &mut Synced,
    ) -> Result<bool, PortError> {
        let ports = &self.ports;
        let mut is_done = true;
        for change in plan.change {
            // The notice comes first, so that a crash in between cannot lose it. Queued twice, it is
            // still one notice.
            if let Some(notice) = change.notice(sender.account_id, ports.clock.now()) {
                self.outbox.enqueue(&[notice]).await?;
            }
            let TemplateChange { before, after } = &change;
            let now = ports.clock.now();
            if ports.templates.replace_template(before, after, now).await? {
                synced.changed.push(change);
            } else {
                is_done = false;
            }
        }
        for listed in plan.add {
            let template = ports.new_template(sender, &listed);
            match ports.add(&template, by.clone()).await {
                Ok(()) => synced.added.push(template),
                Err(PortError::Conflict(_)) => is_done = false,
                Err(error) => return Err(error),
            }
        }
        Ok(is_done)
    }
}

/// Returns the templates in use whose messages may arrive after their code has expired.
fn outlasting(listed: &[ListedTemplate]) -> Vec<ListedTemplate> {
    let outlasts = |listed: &&ListedTemplate| {
        listed.is_authentication() && listed.status.may_send() && listed.outlasts_its_code()
    };
    listed.iter().filter(outlasts).cloned().collect()
}

impl TemplatePorts {
    pub(super) async fn business_account(
        &self,
        sender: &Sender,
    ) -> Result<BusinessAccount, AdministerTemplatesError> {
        let sealer = self.sealers.find(sender.account_id).await?;
        let sealer = sealer.ok_or(AdministerTemplatesError::AccountErased)?;
        Ok(BusinessAccount {
            waba_id: sender.waba_id.clone(),
            access_token: sender.open_access_token(&sealer)?,
        })
    }

    /// Adds a template with its entry in the audit trail.
    pub(super) async fn add(
        &self,
        template: &AuthenticationTemplate,
        by: Actor,
    ) -> Result<(), PortError> {
        let (action, now) = (AuditAction::AddTemplate, self.clock.now());
        let entry = AuditEntry::new(by, action, template.id.0, now, &*self.randomness);
        self.templates.add_template(template, &entry).await
    }

    /// Creates a template of the sender from the provider's list.
    ///
    /// The list does not say since when the template has its status, so any later event is newer.
    pub(super) fn new_template(
        &self,
        sender: &Sender,
        listed: &ListedTemplate,
    ) -> AuthenticationTemplate {
        let now = self.clock.now();
        let plain = AuthenticationTemplate::assumed_approved(
            TemplateId::generate(now, &*self.randomness),
            sender.id,
            listed.name.clone(),
            listed.language.clone(),
            now,
        );
        AuthenticationTemplate {
            status_since: None,
            ..as_listed(&plain, listed, now)
        }
    }
}

impl Synced {
    /// Returns the templates that the provider no longer has.
    pub fn gone(&self) -> impl Iterator<Item = &AuthenticationTemplate> {
        let after = self.changed.iter().map(|change| &change.after);
        after.filter(|after| after.status == TemplateStatus::DELETED)
    }
}
