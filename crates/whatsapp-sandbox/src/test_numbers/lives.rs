//! The test numbers whose messages are accepted and then have a special life: 70 to 79 are about
//! arrival, 80 to 89 fail, 90 to 95 reply, and 96 to 99 have unusual reports. 77 and 88 are reported
//! twice.

use crate::life::{Contacts, Event, Life, Reply, ReplyForm, Signature, Step};

type Row = (u8, fn() -> Life, &'static str);

/// The last two digits, the life, and its description.
pub(super) const LIVES: &[Row] = &[
    (
        70,
        || Life::of(vec![sent(300)]),
        "Sent; no further report, as when a message expires.",
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
        "Sent, delivered and read.",
    ),
    (
        74,
        || Life::of(vec![sent(300), read(1_200)]),
        "Sent and read; delivered is not reported.",
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
        "Sent, delivered and read; read is reported before delivered.",
    ),
    (
        76,
        || Life::of(vec![sent(300).late_ms(2_700), delivered(1_200)]),
        "Sent and delivered; delivered is reported before sent.",
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
        "Sent, delivered and read; each is reported twice.",
    ),
    (
        78,
        || Life {
            together: true,
            ..Life::of(vec![sent(300), delivered(1_200), read(1_500)])
        },
        "Sent, delivered and read, reported in one request.",
    ),
    (
        79,
        || Life::of(vec![sent(300).copies(0), delivered(1_200).copies(0)]),
        "Sent and delivered; no report arrives.",
    ),
    (
        80,
        || Life::of(vec![sent(300), failed(131_026, 1_200)]),
        "Sent; fails later with code 131026.",
    ),
    (
        81,
        || Life::of(vec![failed(131_026, 300)]),
        "Failed with code 131026 without being sent.",
    ),
    (
        82,
        || Life::of(vec![sent(300), failed(131_042, 1_200)]),
        "Sent; fails later with code 131042.",
    ),
    (
        83,
        || Life::of(vec![sent(300), failed(131_000, 1_200)]),
        "Sent; fails later with code 131000.",
    ),
    (
        84,
        || Life::of(vec![sent(300), failed(130_497, 1_200)]),
        "Sent; fails later with code 130497.",
    ),
    (
        85,
        || Life::of(vec![sent(300), failed(131_026, 1_200), delivered(3_000)]),
        "Sent; fails with code 131026 and is delivered after that.",
    ),
    (
        86,
        || Life::of(vec![sent(300), delivered(1_200), failed(131_026, 3_000)]),
        "Sent and delivered; fails with code 131026 after that.",
    ),
    (
        87,
        || Life::of(vec![sent(300), failed(199_999, 1_200)]),
        "Sent; fails later with code 199999, which Meta does not document.",
    ),
    (
        88,
        || Life::of(vec![sent(300).copies(2), failed(131_026, 1_200).copies(2)]),
        "Sent; fails later with code 131026; each is reported twice.",
    ),
    (
        89,
        || Life {
            contacts: Contacts::NotOnFailed,
            ..Life::of(vec![sent(300), failed(131_026, 1_200)])
        },
        "Sent; fails later with code 131026; the failure has no contacts.",
    ),
    (
        90,
        || replied("STOP", ReplyForm::Text, false),
        "Delivered; the person replies STOP.",
    ),
    (
        91,
        || replied("STOP", ReplyForm::Text, true),
        "Delivered; the person replies STOP and is identified by user id only.",
    ),
    (
        92,
        || replied("STOP", ReplyForm::Button, false),
        "Delivered; the person presses a template's STOP button.",
    ),
    (
        93,
        || replied("STOP", ReplyForm::ButtonReply, true),
        "Delivered; the person presses a message's STOP button and is identified by user id only.",
    ),
    (
        94,
        || replied("إيقاف", ReplyForm::Text, false),
        "Delivered; the person replies STOP in Arabic.",
    ),
    (
        95,
        || replied("Thank you", ReplyForm::Text, false),
        "Delivered; the person replies Thank you.",
    ),
    (
        96,
        || Life {
            contacts: Contacts::Never,
            ..read_life()
        },
        "Sent, delivered and read; no report has contacts.",
    ),
    (
        97,
        || Life {
            callback_data: false,
            ..read_life()
        },
        "Sent, delivered and read; no report has biz_opaque_callback_data.",
    ),
    (
        98,
        || Life {
            signature: Signature::Wrong,
            ..read_life()
        },
        "Sent, delivered and read; every report is signed with a wrong secret.",
    ),
    (
        99,
        || Life {
            signature: Signature::Absent,
            ..read_life()
        },
        "Sent, delivered and read; no report is signed.",
    ),
];

fn read_life() -> Life {
    Life::of(vec![sent(300), delivered(1_200), read(3_000)])
}

fn replied(text: &str, form: ReplyForm, only_user_id: bool) -> Life {
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
