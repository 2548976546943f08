//! Cancel a verification: its code is refused from now on.

use std::sync::Arc;

use crate::ids::{AccountId, VerificationId};
use crate::ports::VerificationKey;
use crate::ports::{Clock, PortError, VerificationLedger};
use crate::usecases::show_verification::{
    ShowVerification, ShowVerificationError, ShownVerification,
};
use crate::verification::VerificationStatus;
use crate::verification::check::Uncancelable;

/// Cancels verifications.
#[derive(Clone)]
pub struct CancelVerification {
    /// Records the end.
    pub ledger: Arc<dyn VerificationLedger>,
    /// Shows the verification afterwards.
    pub show: ShowVerification,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// The reason a verification was not canceled.
#[derive(Debug, thiserror::Error)]
pub enum CancelVerificationError {
    /// It is over already.
    #[error("the verification is over")]
    Over(VerificationStatus),
    /// It cannot be shown, because there is none or for another reason.
    #[error(transparent)]
    Show(#[from] ShowVerificationError),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl CancelVerification {
    /// Cancels a pending verification and returns it.
    pub async fn execute(
        &self,
        account: AccountId,
        id: VerificationId,
    ) -> Result<ShownVerification, CancelVerificationError> {
        match self
            .ledger
            .cancel_verification(account, id, self.clock.now())
            .await?
        {
            Ok(()) => {}
            Err(Uncancelable::NotFound) => return Err(ShowVerificationError::NotFound.into()),
            Err(Uncancelable::Over(status)) => {
                return Err(CancelVerificationError::Over(status));
            }
        }
        let shown = self.show.execute(account, VerificationKey::Id(id)).await;
        Ok(shown?)
    }
}
