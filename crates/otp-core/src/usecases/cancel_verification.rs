//! Cancel a verification: its code is refused from now on.

use std::sync::Arc;
use std::time::Duration;

use crate::ids::{AccountId, VerificationId};
use crate::ports::VerificationKey;
use crate::ports::{Clock, PortError, VerificationLedger};
use crate::usecases::show_verification::{
    ShowVerification, ShowVerificationError, ShownVerification, wait_for_new,
};
use crate::verification::check::Uncancelable;
use crate::verification::{Ended, VerificationOver};

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
    Over(VerificationOver),
    /// It is over already, because no guess is left.
    #[error("too many wrong guesses")]
    TooManyAttempts {
        /// How long to wait before a new verification is admitted.
        wait: Duration,
    },
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
        let now = self.clock.now();
        let canceled = self.ledger.cancel_verification(account, id, now).await?;
        match canceled {
            Ok(()) => Ok(self.show.execute(account, VerificationKey::Id(id)).await?),
            Err(Uncancelable::NotFound) => Err(ShowVerificationError::NotFound.into()),
            Err(Uncancelable::Ended(Ended::Over(end))) => Err(CancelVerificationError::Over(end)),
            Err(Uncancelable::Ended(Ended::Exhausted)) => {
                let wait = wait_for_new(&*self.show.verifications, account, id, now);
                Err(CancelVerificationError::TooManyAttempts { wait: wait.await? })
            }
        }
    }
}
