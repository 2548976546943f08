//! Benchmarks of sealing and indexing a send. Nonces come from a seeded generator of the server's kind
//! (ChaCha), behind a lock without contention.

use divan::{Bencher, black_box, black_box_drop};
use otp_core::ids::MessageId;
use otp_core::recipient::PhoneNumber;
use otp_core::sealing::Purpose;
use uuid::Uuid;

use crate::CALLS;
use crate::sends::{Keys, provider_message_id, saudi_number};

const ROW: Uuid = Uuid::from_u128(7);

fn recipient() -> PhoneNumber {
    PhoneNumber::parse(&saudi_number(1_234_567)).expect("a number")
}

#[divan::bench(sample_size = CALLS)]
fn seal_recipient(bencher: Bencher<'_, '_>) {
    let (keys, recipient) = (Keys::new(), recipient());
    bencher.bench(|| {
        let to = black_box(recipient.e164());
        keys.account
            .seal(Purpose::Recipient, ROW, to, &keys.randomness)
    });
}

#[divan::bench(sample_size = CALLS)]
fn open_recipient(bencher: Bencher<'_, '_>) {
    let keys = Keys::new();
    let sealer = &keys.account;
    let sealed = sealer.seal(
        Purpose::Recipient,
        ROW,
        recipient().e164(),
        &keys.randomness,
    );
    // Dropped within the time: wiping the number is part of the price.
    bencher.bench(|| black_box_drop(sealer.open(Purpose::Recipient, ROW, black_box(&sealed))));
}

#[divan::bench(sample_size = CALLS)]
fn index_recipient(bencher: Bencher<'_, '_>) {
    let (keys, recipient) = (Keys::new(), recipient());
    bencher.bench(|| keys.account.index(black_box(&recipient)));
}

/// The provider's id is sealed and indexed in one step.
#[divan::bench(sample_size = CALLS)]
fn seal_provider_message_id(bencher: Bencher<'_, '_>) {
    let (keys, id) = (Keys::new(), provider_message_id(1));
    bencher.bench(|| {
        let (message, id) = (MessageId(ROW), black_box(&id));
        keys.account
            .seal_provider_message_id(message, id, &keys.installation, &keys.randomness)
    });
}
