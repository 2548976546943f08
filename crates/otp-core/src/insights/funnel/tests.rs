//! Tables of the funnel.

use uuid::Uuid;

use super::super::progress::{OfVerification, SiblingMessage};
use super::*;
use crate::message::MessageStatus;
use crate::verification::VerificationStatus;

/// 2026-05-14T00:00:00Z.
const MIDNIGHT: i64 = 1_778_716_800_000;

const DAY_IN_MILLIS: i64 = 86_400_000;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_unix_millis(MIDNIGHT + millis)
}

fn message(number: u128, status: MessageStatus) -> MessageProgress {
    MessageProgress {
        id: MessageId(Uuid::from_u128(number)),
        created_at: at(i64::try_from(number).expect("a small number")),
        status,
        channel: Channel::WhatsApp,
        region: Region::parse("SA").ok(),
        template: TemplateName::parse("otp_code").ok(),
        was_sent: false,
        delivered_at: None,
        was_read: false,
        failure_code: None,
        outcome: None,
        verification: None,
    }
}

fn of_verification(
    number: u128,
    status: MessageStatus,
    id: u128,
    verification: VerificationStatus,
) -> MessageProgress {
    MessageProgress {
        verification: Some(OfVerification {
            id: VerificationId(Uuid::from_u128(id)),
            status: verification,
        }),
        ..message(number, status)
    }
}

fn rows(messages: Vec<MessageProgress>, group_by: GroupBy) -> Vec<FunnelRow> {
    let facts = FunnelFacts {
        messages,
        siblings: Vec::new(),
    };
    funnel(&facts, group_by)
}

/// The only row of these messages, as accepted, sent, delivered, read and verified.
fn counts(messages: Vec<MessageProgress>) -> [usize; 5] {
    let rows = rows(messages, GroupBy::Day);
    let [row] = &rows[..] else {
        panic!("one day, not {rows:?}");
    };
    [
        row.accepted,
        row.sent,
        row.delivered,
        row.read,
        row.verified,
    ]
}

#[test]
fn a_message_counts_for_the_furthest_stage_it_reached_and_all_before() {
    use MessageStatus::{Deleted, Delivered, Failed, Pending, Read, Sent};
    for (status, was_sent, was_delivered, was_read, expected) in [
        (Pending, false, false, false, [1, 0, 0, 0, 0]),
        (Sent, true, false, false, [1, 1, 0, 0, 0]),
        // The events of an accepted message may be missing; the status tells.
        (Sent, false, false, false, [1, 1, 0, 0, 0]),
        (Delivered, true, true, false, [1, 1, 1, 0, 0]),
        (Delivered, false, false, false, [1, 1, 1, 0, 0]),
        (Read, true, true, true, [1, 1, 1, 1, 0]),
        // Its delivery was never reported.
        (Read, true, false, true, [1, 1, 1, 1, 0]),
        // Refused at once, or after it was sent.
        (Failed, false, false, false, [1, 0, 0, 0, 0]),
        (Failed, true, false, false, [1, 1, 0, 0, 0]),
        (Deleted, false, false, false, [1, 0, 0, 0, 0]),
        (Deleted, true, false, false, [1, 1, 0, 0, 0]),
        (Deleted, true, true, false, [1, 1, 1, 0, 0]),
        (Deleted, true, true, true, [1, 1, 1, 1, 0]),
    ] {
        let one = MessageProgress {
            was_sent,
            delivered_at: was_delivered.then(|| at(900)),
            was_read,
            ..message(1, status)
        };
        assert_eq!(
            counts(vec![one]),
            expected,
            "{status:?} {was_sent} {was_delivered} {was_read}"
        );
    }
}

#[test]
fn a_reported_outcome_counts_whatever_the_status_and_an_abandoned_code_does_not() {
    for (outcome, verified) in [
        (None, 0),
        (Some(CodeOutcome::Abandoned), 0),
        (Some(CodeOutcome::Verified), 1),
    ] {
        for status in MessageStatus::ALL {
            let one = MessageProgress {
                outcome,
                ..message(1, status)
            };
            assert_eq!(counts(vec![one])[4], verified, "{status:?} {outcome:?}");
        }
    }
}

#[test]
fn a_message_of_a_verification_counts_as_verified_if_that_is_approved() {
    for status in VerificationStatus::ALL {
        let approved = status == VerificationStatus::Approved;
        let one = of_verification(1, MessageStatus::Sent, 7, status);
        assert_eq!(counts(vec![one])[4], usize::from(approved), "{status:?}");
    }
}

/// The messages of an approved verification, and the one that it counts at.
#[test]
fn an_approved_verification_counts_once_at_the_newest_message_that_arrived() {
    use MessageStatus::{Delivered, Failed, Pending, Read, Sent};
    let (whatsapp, email) = (Channel::WhatsApp, Channel::Email);
    for (messages, expected) in [
        (vec![(1, whatsapp, Sent)], 1),
        (vec![(1, whatsapp, Delivered), (2, whatsapp, Delivered)], 2),
        (vec![(1, whatsapp, Read), (2, whatsapp, Sent)], 1),
        (vec![(1, whatsapp, Delivered), (2, whatsapp, Failed)], 1),
        (vec![(1, whatsapp, Sent), (2, whatsapp, Failed)], 2),
        (vec![(1, whatsapp, Sent), (2, email, Sent)], 2),
        (vec![(1, whatsapp, Delivered), (2, email, Sent)], 2),
        (vec![(1, whatsapp, Delivered), (2, email, Pending)], 1),
        (vec![(1, email, Sent), (2, whatsapp, Sent)], 1),
    ] {
        let progress = |(number, channel, status): &(u128, _, _)| MessageProgress {
            channel: *channel,
            // An outcome that the caller reported as well is not another verified code.
            outcome: Some(CodeOutcome::Verified),
            ..of_verification(*number, *status, 7, VerificationStatus::Approved)
        };
        // Wherever the period ends, the message is the same: those outside it are known.
        for inside in 1..=messages.len() {
            for last in [false, true] {
                let mut period = messages.clone();
                if last {
                    period.reverse();
                }
                period.truncate(inside);
                let others = messages.iter().map(progress).map(|one| SiblingMessage {
                    verification: VerificationId(Uuid::from_u128(7)),
                    message: one.as_verification_message(),
                });
                let facts = FunnelFacts {
                    messages: period.iter().map(progress).collect(),
                    siblings: others.collect(),
                };
                let verified: usize = funnel(&facts, GroupBy::Channel)
                    .iter()
                    .map(|row| row.verified)
                    .sum();
                let counted = period.iter().any(|(number, _, _)| *number == expected);
                assert_eq!(verified, usize::from(counted), "{messages:?} {period:?}");
            }
        }
    }
}

#[test]
fn two_verifications_count_each_for_itself_and_others_messages_do_not_matter() {
    let approved = |number, id| {
        of_verification(
            number,
            MessageStatus::Delivered,
            id,
            VerificationStatus::Approved,
        )
    };
    let facts = FunnelFacts {
        messages: vec![approved(1, 7), approved(2, 8), approved(3, 8)],
        siblings: vec![SiblingMessage {
            verification: VerificationId(Uuid::from_u128(9)),
            message: approved(4, 9).as_verification_message(),
        }],
    };
    let rows = funnel(&facts, GroupBy::Day);
    assert_eq!((rows[0].accepted, rows[0].verified), (3, 2));
}

#[test]
fn times_are_those_of_reported_deliveries_by_the_nearest_rank() {
    for (times, p50, p95) in [
        (vec![], None, None),
        (vec![1_500], Some(1_500), Some(1_500)),
        (vec![3_000, 1_000], Some(1_000), Some(3_000)),
        ((1..=20).collect(), Some(10), Some(19)),
        ((1..=21).rev().collect(), Some(11), Some(20)),
        // The clock was set back between the two.
        (vec![-5_000], Some(0), Some(0)),
    ] {
        let delivered = times.iter().map(|time| MessageProgress {
            delivered_at: Some(at(1 + time)),
            ..message(1, MessageStatus::Delivered)
        });
        let unreported = message(2, MessageStatus::Read);
        let messages = delivered.chain([unreported]).collect();
        let rows = rows(messages, GroupBy::Day);
        let (found_p50, found_p95) = (rows[0].p50, rows[0].p95);
        assert_eq!(found_p50, p50.map(Duration::from_millis), "{times:?}");
        assert_eq!(found_p95, p95.map(Duration::from_millis), "{times:?}");
    }
}

#[test]
fn rows_are_of_countries_templates_channels_or_days() {
    let whatsapp = |number, region: &str, template: Option<&str>| MessageProgress {
        region: Region::parse(region).ok(),
        template: template.and_then(|name| TemplateName::parse(name).ok()),
        ..message(number, MessageStatus::Sent)
    };
    let mail = |number, day: i64| MessageProgress {
        channel: Channel::Email,
        region: None,
        template: None,
        created_at: at(day * DAY_IN_MILLIS - 1),
        ..message(number, MessageStatus::Sent)
    };
    let messages = vec![
        mail(1, 1),
        mail(2, 0),
        whatsapp(3, "YE", Some("otp_b")),
        whatsapp(4, "SA", Some("otp_a")),
        whatsapp(5, "YE", Some("otp_a")),
        whatsapp(6, "001", None),
    ];
    for (group_by, expected) in [
        (
            GroupBy::Country,
            // The largest first, those of one size by their keys, and those without one last.
            vec![
                (Some("YE"), 2),
                (None, 2),
                (Some("001"), 1),
                (Some("SA"), 1),
            ],
        ),
        (
            GroupBy::Template,
            vec![(None, 3), (Some("otp_a"), 2), (Some("otp_b"), 1)],
        ),
        (
            GroupBy::Channel,
            vec![(Some("whatsapp"), 4), (Some("email"), 2)],
        ),
        (
            GroupBy::Day,
            vec![(Some("2026-05-13"), 1), (Some("2026-05-14"), 5)],
        ),
    ] {
        let rows = rows(messages.clone(), group_by);
        let found: Vec<_> = rows
            .iter()
            .map(|row| (row.key.as_deref(), row.accepted))
            .collect();
        assert_eq!(found, expected, "{group_by:?}");
    }
    assert_eq!(rows(Vec::new(), GroupBy::Day), []);
}

#[test]
fn a_name_on_the_wire_reads_back() {
    for group_by in GroupBy::ALL {
        assert_eq!(GroupBy::parse(group_by.as_str()), Some(group_by));
    }
    assert_eq!(GroupBy::parse("Day"), None);
}
