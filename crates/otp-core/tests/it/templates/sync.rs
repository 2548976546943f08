//! Syncs of templates: what they change, and whom they notify.

use std::sync::atomic::{AtomicUsize, Ordering};

use otp_core::ports::{BusinessAccount, Storage, TemplateRegistry};

use super::*;

#[tokio::test]
async fn a_sync_adds_changes_and_keeps_what_is_gone() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let outlasting = ListedTemplate {
        time_to_live: Some(TimeToLive::Unlimited),
        ..listed("fr", TemplateStatus::APPROVED)
    };
    let list = vec![listed("ar", TemplateStatus::PAUSED), outlasting];
    let synced = sync(&world, list.clone()).await;
    assert_eq!((synced.added.len(), synced.changed.len()), (1, 2));
    assert_eq!(synced.gone().count(), 1);
    assert_eq!(synced.outlasting.len(), 1);
    let expected = short(&[("ar", "PAUSED"), ("en_US", "DELETED"), ("fr", "APPROVED")]);
    assert_eq!(statuses(&world).await, expected);

    let again = sync(&world, list).await;
    assert!(
        again.added.is_empty() && again.changed.is_empty(),
        "{again:?}"
    );
    // Later events of the provider count as newer, although its clock is behind ours.
    let event = TemplateEvent {
        at: START - Duration::from_secs(30),
        ..event("ar", TemplateStatus::APPROVED, 0)
    };
    let apply = apply_template_events(&world.fixture);
    apply.execute(&[event]).await.expect("applied");
    assert!(
        statuses(&world)
            .await
            .contains(&("ar".to_owned(), "APPROVED".to_owned()))
    );
}

#[tokio::test]
async fn a_provider_that_does_not_answer_changes_nothing() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let before = stored(&world).await;
    let mut registry = MockTemplateRegistry::new();
    let silent = || ProviderError::Unavailable("no answer in time".to_owned());
    registry.expect_list().returning(move |_| Err(silent()));
    let sync = sync_templates(&world, registry);
    let synced = sync.execute(&sender(&world).await, staff_operator()).await;
    assert!(
        matches!(synced, Err(AdministerTemplatesError::Provider(_))),
        "{synced:?}"
    );
    assert_eq!(stored(&world).await, before);
}

#[tokio::test]
async fn a_loss_that_a_sync_finds_is_notified_once_also_if_the_event_comes_late() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let rejected = ListedTemplate {
        reason: Some("INCORRECT_CATEGORY".to_owned()),
        ..listed("en_US", TemplateStatus::REJECTED)
    };
    let list = vec![listed("ar", TemplateStatus::PAUSED), rejected];
    sync(&world, list.clone()).await;
    sync(&world, list).await;
    let apply = apply_template_events(&world.fixture);
    let late = event("ar", TemplateStatus::PAUSED, 0);
    apply.execute(&[late]).await.expect("applied");
    let expected = [("ar", "PAUSED"), ("en_US", "REJECTED (INCORRECT_CATEGORY)")];
    assert_eq!(notices(&world).await, short(&expected));
}

#[tokio::test]
async fn a_template_that_was_deleted_or_approved_again_causes_no_notice() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let apply = apply_template_events(&world.fixture);
    let pending = event("ar", TemplateStatus::PENDING, 0);
    apply.execute(&[pending]).await.expect("applied");
    let synced = sync(&world, vec![listed("ar", TemplateStatus::APPROVED)]).await;
    assert_eq!(synced.changed.len(), 2);
    assert_eq!(notices(&world).await, []);
}

#[tokio::test]
async fn an_unattended_sync_changes_only_what_the_provider_is_known_to_have_had() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let list = vec![
        listed("ar", TemplateStatus::PAUSED),
        listed("fr", TemplateStatus::APPROVED),
    ];
    let unattended = sync_templates(&world, listing(list));
    let synced = unattended.execute_unattended(&sender(&world).await).await;
    let synced = synced.expect("synced");
    assert_eq!((synced.added.len(), synced.changed.len()), (0, 1));
    let expected = short(&[("ar", "PAUSED"), ("en_US", "APPROVED")]);
    assert_eq!(statuses(&world).await, expected);
    assert_eq!(notices(&world).await, short(&[("ar", "PAUSED")]));

    // Now it is known: the provider had it.
    let unattended = sync_templates(&world, listing(Vec::new()));
    let synced = unattended.execute_unattended(&sender(&world).await).await;
    assert_eq!(synced.expect("synced").gone().count(), 1);
    let expected = short(&[("ar", "DELETED"), ("en_US", "APPROVED")]);
    assert_eq!(statuses(&world).await, expected);
}

/// A provider whose first list is older than an event that is applied while the list is on its way.
struct Overtaken {
    store: Arc<dyn Storage>,
    before: AuthenticationTemplate,
    asked: AtomicUsize,
}

#[async_trait::async_trait]
impl TemplateRegistry for Overtaken {
    async fn list(&self, _: &BusinessAccount) -> Result<Vec<ListedTemplate>, ProviderError> {
        let language = self.before.language.as_str();
        if self.asked.fetch_add(1, Ordering::Relaxed) > 0 {
            return Ok(vec![listed(language, TemplateStatus::PAUSED)]);
        }
        let paused = AuthenticationTemplate {
            status: TemplateStatus::PAUSED,
            status_since: Some(START),
            ..self.before.clone()
        };
        let applied = self
            .store
            .replace_template(&self.before, &paused, START)
            .await;
        assert!(applied.expect("stored"));
        Ok(vec![listed(language, TemplateStatus::APPROVED)])
    }

    async fn create(
        &self,
        _: &BusinessAccount,
        _: &TemplateDraft,
        _: &LanguageTag,
    ) -> Result<CreatedTemplate, ProviderError> {
        Err(ProviderError::Unavailable("not asked for".to_owned()))
    }
}

#[tokio::test]
async fn an_event_that_arrives_while_the_provider_lists_is_not_overwritten() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let registry = Arc::new(Overtaken {
        store: world.fixture.store.clone(),
        before: stored(&world).await.remove(0),
        asked: AtomicUsize::new(0),
    });
    let mut sync = sync_templates(&world, MockTemplateRegistry::new());
    sync.ports.registry = registry.clone();
    sync.execute(&sender(&world).await, staff_operator())
        .await
        .expect("synced");
    assert_eq!(registry.asked.load(Ordering::Relaxed), 2);
    let language = registry.before.language.to_string();
    let now = statuses(&world).await;
    assert!(now.contains(&(language, "PAUSED".to_owned())), "{now:?}");
}
