//! The stages of the funnel, with what is lost between them.

use otp_core::insights::Tally;

use crate::share;

/// A stage that messages reach.
pub(super) struct Stage {
    /// The key of its name.
    pub(super) key: &'static str,
    /// The messages that reached it.
    pub(super) count: u64,
    /// The messages that reached the stage before, and not this one.
    pub(super) lost: u64,
    /// The length of its bar, of 100.
    pub(super) length: String,
    /// The length of what is lost, and the share of all messages that it is, such as `−5.0%`; `None` if nothing is
    /// lost.
    pub(super) drop: Option<(String, String)>,
}

/// Returns the stages in order.
pub(super) fn stages(tally: &Tally) -> [Stage; 5] {
    let all = tally.accepted;
    let mut before = all;
    [
        ("stage-accepted", all),
        ("stage-sent", tally.sent),
        ("stage-delivered", tally.delivered),
        ("stage-read", tally.read),
        ("stage-verified", tally.verified),
    ]
    .map(|(key, count)| {
        let lost = before.saturating_sub(count);
        before = count;
        let share = share::percent(lost, all).filter(|_| lost > 0);
        let share = share.map(|share| format!("−{share}"));
        Stage {
            key,
            count,
            lost,
            length: share::length(count, all).unwrap_or_default(),
            drop: share::length(lost, all).zip(share),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stage_tells_what_is_lost_before_it() {
        let tally = Tally {
            accepted: 200,
            sent: 190,
            delivered: 190,
            read: 100,
            // Codes are typed by people who turned the report of reading off.
            verified: 150,
            ..Tally::default()
        };
        let told = stages(&tally).map(|stage| {
            let share = stage.drop.map(|(_, share)| share);
            (stage.count, stage.lost, share)
        });
        let share = |text: &str| Some(text.to_owned());
        let expected = [
            (200, 0, None),
            (190, 10, share("−5.0%")),
            (190, 0, None),
            (100, 90, share("−45.0%")),
            (150, 0, None),
        ];
        assert_eq!(told, expected);
    }
}
