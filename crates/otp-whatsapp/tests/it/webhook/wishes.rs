//! What is taken of people's messages, and of receipts to know them by.

use otp_core::opt_out::{Wish, WishSource};

use super::{fixtures, read};

#[test]
fn every_form_of_a_stop_is_a_wish_with_its_author_and_its_context() {
    // By user id, by Meta's number, by ours; whether it says which message it answers.
    let expected = [
        ("inbound_text", WishSource::Typed, [true, true, true], false),
        (
            "inbound_bsuid_only",
            WishSource::Typed,
            [true, false, false],
            false,
        ),
        (
            "inbound_button",
            WishSource::Button,
            [true, true, true],
            true,
        ),
        (
            "inbound_interactive",
            WishSource::Button,
            [true, true, true],
            false,
        ),
    ];
    let fixtures = fixtures();
    for (name, source, known, context) in expected {
        let said = read(&fixtures[name]).expect(name).said;
        let [wish] = said.wishes.as_slice() else {
            panic!("{name}: {said:?}")
        };
        assert_eq!((wish.wish, wish.source), (Wish::Stop, source), "{name}");
        let found = [
            wish.from.user.is_some(),
            wish.from.number.is_some(),
            wish.number.is_some(),
        ];
        assert_eq!((found, wish.context.is_some()), (known, context), "{name}");
        assert!(wish.phone_number_id.is_some(), "{name}");
        let wishes = |name: &str| read(&fixtures[name]).expect(name).said.wishes.len();
        assert_eq!(wishes("inbound_changed_number") + wishes("batch"), 0);
    }
}

#[test]
fn receipts_introduce_their_recipients() {
    for (name, known) in [
        ("status_sent", (true, true)),
        ("status_bsuid_only", (true, false)),
        ("status_before_v24", (false, true)),
    ] {
        let said = read(&fixtures()[name]).expect(name).said;
        let recipient = said.receipts[0].recipient;
        assert_eq!(
            (recipient.user.is_some(), recipient.number.is_some()),
            known,
            "{name}"
        );
    }
}
