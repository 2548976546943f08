//! The text form of tallies: JSON, one object for each group.

use std::collections::BTreeMap;

use otp_core::channel::Channel;
use otp_core::channel::whatsapp::template::TemplateName;
use otp_core::insights::{Tallies, Tally, TallyGroup, TimesToDelivery};
use otp_core::region::Region;
use serde::{Deserialize, Serialize};

/// A group with its counts. The names are short, because there are many.
#[derive(Serialize, Deserialize)]
struct Stored {
    /// The channel's code.
    c: i16,
    /// The region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    r: Option<String>,
    /// The template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    t: Option<String>,
    /// Accepted, sent, delivered, read, verified.
    n: [u64; 5],
    /// Failures: the code and the number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    f: Vec<(Option<i32>, u64)>,
    /// Times to delivery: the step and the number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    d: Vec<(u16, u64)>,
}

/// Writes tallies.
pub(crate) fn write(tallies: &Tallies) -> String {
    let stored: Vec<_> = tallies.0.iter().map(Stored::new).collect();
    // Numbers and texts always have a JSON form.
    serde_json::to_string(&stored).unwrap_or_default()
}

/// Reads tallies; `None` if the text is something else.
pub(crate) fn read(text: &str) -> Option<Tallies> {
    let stored: Vec<Stored> = serde_json::from_str(text).ok()?;
    let groups: Option<BTreeMap<_, _>> = stored.into_iter().map(Stored::read).collect();
    groups.map(Tallies)
}

impl Stored {
    fn new((group, tally): (&TallyGroup, &Tally)) -> Self {
        Self {
            c: group.channel.code(),
            r: group.region.map(|region| region.as_str().to_owned()),
            t: (group.template.as_ref()).map(|template| template.as_str().to_owned()),
            n: [
                tally.accepted,
                tally.sent,
                tally.delivered,
                tally.read,
                tally.verified,
            ],
            f: tally
                .failures
                .iter()
                .map(|(code, count)| (*code, *count))
                .collect(),
            d: tally.times.steps().collect(),
        }
    }

    fn read(self) -> Option<(TallyGroup, Tally)> {
        let group = TallyGroup {
            channel: Channel::from_code(self.c)?,
            region: self
                .r
                .map(|region| Region::parse(&region))
                .transpose()
                .ok()?,
            template: self
                .t
                .map(|name| TemplateName::parse(&name))
                .transpose()
                .ok()?,
        };
        let [accepted, sent, delivered, read, verified] = self.n;
        let tally = Tally {
            accepted,
            sent,
            delivered,
            read,
            verified,
            failures: self.f.into_iter().collect(),
            times: TimesToDelivery::from_steps(self.d),
        };
        Some((group, tally))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn tallies() -> Tallies {
        let mut times = TimesToDelivery::default();
        times.add(Duration::from_millis(2_100));
        let whatsapp = TallyGroup {
            channel: Channel::WhatsApp,
            region: Region::parse("SA").ok(),
            template: TemplateName::parse("otp_code").ok(),
        };
        let mail = TallyGroup {
            channel: Channel::Email,
            region: None,
            template: None,
        };
        let tally = Tally {
            accepted: 5,
            sent: 4,
            delivered: 3,
            read: 2,
            verified: 1,
            failures: BTreeMap::from([(Some(131_026), 1), (None, 2)]),
            times,
        };
        Tallies(BTreeMap::from([
            (whatsapp, tally),
            (mail, Tally::default()),
        ]))
    }

    #[test]
    fn tallies_are_read_as_they_were_written() {
        for tallies in [tallies(), Tallies::default()] {
            assert_eq!(read(&write(&tallies)), Some(tallies));
        }
    }

    #[test]
    fn a_text_that_is_no_tallies_is_refused() {
        for text in [
            "",
            "{}",
            r#"[{"c":9,"n":[0,0,0,0,0]}]"#,
            r#"[{"c":0,"r":"?","n":[0,0,0,0,0]}]"#,
            r#"[{"c":0,"t":"A B","n":[0,0,0,0,0]}]"#,
            r#"[{"c":0,"n":[0,0,0,0]}]"#,
            r#"[{"c":0,"n":[0,0,0,0,-1]}]"#,
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
