//! The contenders: the server that creates verifications, and the server that checks their codes.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::audit::Answered;
use super::requests::{Keyed, check, code_of, creates};
use crate::contest::{Contender, Sample};
use crate::database::ByHand;
use crate::load::in_turn;
use crate::measure::{CONNECTIONS, Span, load};
use crate::rig::Rig;

/// The server, which creates verifications.
pub(super) struct Creates {
    pub(super) name: &'static str,
    pub(super) rig: Rc<Rig>,
    pub(super) by_hand: Option<ByHand>,
    pub(super) measured: Duration,
    pub(super) keyed: Keyed,
    pub(super) answered: Arc<Answered>,
}

#[async_trait(?Send)]
impl Contender for Creates {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    async fn measure(&mut self) -> anyhow::Result<Sample> {
        let next = creates(&self.rig, self.keyed, "");
        let answered = Arc::clone(&self.answered);
        let (loaded, sample) = load(
            &self.rig.server,
            self.by_hand.as_ref(),
            (CONNECTIONS, Span::For(self.measured)),
            Arc::new(move || Some(next())),
            Arc::new(move |status, body| answered.created(status, body)),
        )
        .await?;
        loaded.require_only(201)?;
        Ok(sample)
    }

    async fn audit(&mut self) -> anyhow::Result<()> {
        self.answered.audit(&self.rig).await?;
        self.rig.audit().await
    }
}

/// The server, which is sent the right codes of the verifications that it created.
pub(super) struct Checks {
    pub(super) name: &'static str,
    pub(super) rig: Rc<Rig>,
    pub(super) by_hand: Option<ByHand>,
    pub(super) keyed: Keyed,
    /// Each measurement checks one part in `share` of the codes that were not checked yet.
    pub(super) share: usize,
    pub(super) answered: Arc<Answered>,
}

#[async_trait(?Send)]
impl Contender for Checks {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    async fn measure(&mut self) -> anyhow::Result<Sample> {
        // The requests are made before the measurement, because it ends with the last of them.
        let created = self.answered.take_unchecked(self.share);
        let requests = created.into_iter().map(|created| {
            let code = code_of(&self.rig, created)?;
            let request = check(&self.rig, created.id, code.as_str(), "");
            anyhow::Ok(self.keyed.apply(request))
        });
        let requests = requests.collect::<anyhow::Result<_>>()?;
        let answered = Arc::clone(&self.answered);
        let (loaded, sample) = load(
            &self.rig.server,
            self.by_hand.as_ref(),
            (CONNECTIONS, Span::UntilDone),
            in_turn(requests),
            Arc::new(move |status, _| answered.checked(status)),
        )
        .await?;
        loaded.require_only(200)?;
        Ok(sample)
    }
}
