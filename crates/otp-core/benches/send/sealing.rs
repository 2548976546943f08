//! What a send is sealed with and found by. Nonces come from a seeded generator of the server's
//! kind (ChaCha), though behind a lock that nobody contends for.

use divan::{Bencher, black_box, black_box_drop};
use otp_core::recipient::PhoneNumber;
use otp_core::sealing::Purpose;

use crate::CALLS;
use crate::sends::{provider_message_id, saudi_number, sealer};

fn recipient() -> PhoneNumber {
    PhoneNumber::parse(&saudi_number(1_234_567)).expect("a number")
}

#[divan::bench(sample_size = CALLS)]
fn seal_recipient(bencher: Bencher<'_, '_>) {
    let ((sealer, randomness), recipient) = (sealer(), recipient());
    bencher.bench(|| sealer.seal(Purpose::Recipient, black_box(recipient.e164()), &randomness));
}

#[divan::bench(sample_size = CALLS)]
fn open_recipient(bencher: Bencher<'_, '_>) {
    let (sealer, randomness) = sealer();
    let sealed = sealer.seal(Purpose::Recipient, recipient().e164(), &randomness);
    // Dropped within the time: wiping the number is part of the price.
    bencher.bench(|| black_box_drop(sealer.open(Purpose::Recipient, black_box(&sealed))));
}

#[divan::bench(sample_size = CALLS)]
fn index_recipient(bencher: Bencher<'_, '_>) {
    let ((sealer, _), recipient) = (sealer(), recipient());
    bencher.bench(|| sealer.index(black_box(&recipient)));
}

/// The provider's id is sealed and indexed in one step.
#[divan::bench(sample_size = CALLS)]
fn seal_provider_message_id(bencher: Bencher<'_, '_>) {
    let ((sealer, randomness), id) = (sealer(), provider_message_id(1));
    bencher.bench(|| sealer.seal_provider_message_id(black_box(&id), &randomness));
}
