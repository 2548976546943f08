//! Enter a request: a recipient told an operator, by another way than a message, to be left alone or not to
//! be any more. It holds at once.

use std::sync::Arc;

use crate::ids::AccountId;
use crate::opt_out::consent::ConsentEntry;
use crate::opt_out::{ConsentRequest, ConsentSource};
use crate::ports::{Clock, OptOuts, PortError, Randomness};
use crate::recipient::PhoneNumber;
use crate::sealing::{Purpose, Sealer};

/// Enters a recipient's request.
pub async fn enter_consent(
    opt_outs: &dyn OptOuts,
    (clock, randomness): (&dyn Clock, &dyn Randomness),
    sealer: &Sealer,
    (account_id, recipient): (AccountId, &PhoneNumber),
    request: ConsentRequest,
) -> Result<(), PortError> {
    let now = clock.now();
    let entry = ConsentEntry {
        account_id,
        recipient_index: sealer.index(recipient),
        recipient: Some(sealer.seal(Purpose::Recipient, recipient.e164(), randomness)),
        request,
        source: ConsentSource::Operator,
        message: None,
        requested_at: now,
        recorded_at: now,
    };
    opt_outs.record_consent(Arc::from([entry])).await
}
