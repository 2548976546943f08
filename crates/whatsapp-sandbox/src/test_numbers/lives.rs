//! The numbers whose messages are accepted and then live in a way of their own: 70 to 79 arrive or
//! do not, 80 to 89 fail, 90 to 95 answer, 96 to 99 are reported oddly. Doubles are doubled: 77
//! and 88 are reported twice.

use crate::life::{Contacts, Event, Life, Reply, ReplyForm, Signature, Step};

type Row = (u8, fn() -> Life, &'static str);

/// The last two digits, the life, and the same in a sentence.
pub(super) const LIVES: &[Row] = &[
    (
        70,
        || Life::of(vec![sent(300)]),
        "Sent, and then nothing: as when a message expires.",
    ),
    (
        71,
        || Life::of(vec![sent(300), delivered(5_000)]),
        "Sent; delivered after 5 s.",
    ),
    (
        72,
        || Life::of(vec![sent(300), delivered(30_000)]),
        "Sent; delivered after 30 s.",
    ),
    (
        73,
        || Life::of(vec![sent(300), delivered(1_200), read(3_000)]),
        "Sent, delivered, read.",
    ),
    (
        74,
        || Life::of(vec![sent(300), read(1_200)]),
        "Sent, then read without a delivered.",
    ),
    (
        75,
        || {
            Life::of(vec![
                sent(300),
                delivered(1_200).late_ms(2_800),
                read(3_000),
            ])
        },
        "Sent; read is reported before delivered.",
    ),
    (
        76,
        || Life::of(vec![sent(300).late_ms(2_700), delivered(1_200)]),
        "Delivered is reported before sent.",
    ),
    (
        77,
        || {
            Life::of(vec![
                sent(300).copies(2),
                delivered(1_200).copies(2),
                read(3_000).copies(2),
            ])
        },
        "Sent, delivered, read, each reported twice.",
    ),
    (
        78,
        || Life {
            together: true,
            ..Life::of(vec![sent(300), delivered(1_200), read(1_500)])
        },
        "Sent, delivered and read in one request.",
    ),
    (
        79,
        || Life::of(vec![sent(300).copies(0), delivered(1_200).copies(0)]),
        "Delivered, and every report of it is lost.",
    ),
    (
        80,
        || Life::of(vec![sent(300), failed(131_026, 1_200)]),
        "Sent; failed later with code 131026.",
    ),
    (
        81,
        || Life::of(vec![failed(131_026, 300)]),
        "Never sent: failed with code 131026.",
    ),
    (
        82,
        || Life::of(vec![sent(300), failed(131_042, 1_200)]),
        "Sent; failed later with code 131042.",
    ),
    (
        83,
        || Life::of(vec![sent(300), failed(131_000, 1_200)]),
        "Sent; failed later with code 131000.",
    ),
    (
        84,
        || Life::of(vec![sent(300), failed(130_497, 1_200)]),
        "Sent; failed later with code 130497.",
    ),
    (
        85,
        || Life::of(vec![sent(300), failed(131_026, 1_200), delivered(3_000)]),
        "Sent, failed with code 131026, and delivered after that.",
    ),
    (
        86,
        || Life::of(vec![sent(300), delivered(1_200), failed(131_026, 3_000)]),
        "Sent, delivered, and failed with code 131026 after that.",
    ),
    (
        87,
        || Life::of(vec![sent(300), failed(199_999, 1_200)]),
        "Sent; failed later with code 199999, which no list mentions.",
    ),
    (
        88,
        || Life::of(vec![sent(300).copies(2), failed(131_026, 1_200).copies(2)]),
        "Sent; failed later with code 131026, each reported twice.",
    ),
    (
        89,
        || Life {
            contacts: Contacts::NotOnFailed,
            ..Life::of(vec![sent(300), failed(131_026, 1_200)])
        },
        "Sent; failed later with code 131026, without contacts.",
    ),
    (
        90,
        || answered("STOP", ReplyForm::Text, false),
        "Delivered; answers STOP.",
    ),
    (
        91,
        || answered("STOP", ReplyForm::Text, true),
        "Delivered; answers STOP, known by user id alone.",
    ),
    (
        92,
        || answered("STOP", ReplyForm::Button, false),
        "Delivered; presses a template's STOP button.",
    ),
    (
        93,
        || answered("STOP", ReplyForm::ButtonReply, true),
        "Delivered; presses a message's STOP button, known by user id alone.",
    ),
    (
        94,
        || answered("إيقاف", ReplyForm::Text, false),
        "Delivered; answers STOP in Arabic.",
    ),
    (
        95,
        || answered("Thank you", ReplyForm::Text, false),
        "Delivered; answers Thank you.",
    ),
    (
        96,
        || Life {
            contacts: Contacts::Never,
            ..all()
        },
        "Sent, delivered, read, all without contacts.",
    ),
    (
        97,
        || Life {
            callback_data: false,
            ..all()
        },
        "Sent, delivered, read, all without biz_opaque_callback_data.",
    ),
    (
        98,
        || Life {
            signature: Signature::Wrong,
            ..all()
        },
        "Sent, delivered, read, all signed with a wrong secret.",
    ),
    (
        99,
        || Life {
            signature: Signature::Absent,
            ..all()
        },
        "Sent, delivered, read, all without a signature.",
    ),
];

fn all() -> Life {
    Life::of(vec![sent(300), delivered(1_200), read(3_000)])
}

fn answered(text: &str, form: ReplyForm, only_user_id: bool) -> Life {
    let reply = Event::Reply(Reply {
        text: text.to_owned(),
        form,
        only_user_id,
    });
    Life::of(vec![
        sent(300),
        delivered(1_200),
        Step::after_ms(reply, 3_000),
    ])
}

const fn sent(milliseconds: u64) -> Step {
    Step::after_ms(Event::Sent, milliseconds)
}

const fn delivered(milliseconds: u64) -> Step {
    Step::after_ms(Event::Delivered, milliseconds)
}

const fn read(milliseconds: u64) -> Step {
    Step::after_ms(Event::Read, milliseconds)
}

const fn failed(code: u32, milliseconds: u64) -> Step {
    Step::after_ms(Event::Failed(code), milliseconds)
}
