//! Counts codes by the country and the template of their messages, with few labels.
//!
//! An admission knows its template by id only. So the codes of each template are kept until the page is
//! read, because that lists the templates.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use metrics::counter;
use otp_core::channel::whatsapp::template::{AuthenticationTemplate, TemplateName};
use otp_core::ids::TemplateId;
use otp_core::region::Region;

/// The counter of codes that callers check, by country and stage.
pub(super) const BY_COUNTRY: &str = "otp_codes_by_country_total";

/// The same codes, by template and stage.
pub(super) const BY_TEMPLATE: &str = "otp_codes_by_template_total";

/// At most this many templates have a label of their own.
const MAX_TEMPLATES: usize = 100;

/// The label of every other template.
const OTHER: &str = "other";

const ACCEPTED: &str = "accepted";
const VERIFIED: &str = "verified";

/// The labels of templates, and codes that wait for theirs.
#[derive(Debug, Default)]
pub(crate) struct CodeCounts {
    labels: Mutex<BTreeSet<String>>,
    unnamed: Mutex<HashMap<TemplateId, u64>>,
}

impl CodeCounts {
    /// Counts the accepted codes of a batch, each by its region and its template.
    pub(super) fn accepted(
        &self,
        codes: impl IntoIterator<Item = (Option<Region>, Option<TemplateId>)>,
    ) {
        let mut regions: HashMap<Region, u64> = HashMap::new();
        let mut unnamed = lock(&self.unnamed);
        for (region, template) in codes {
            if let Some(region) = region {
                *regions.entry(region).or_default() += 1;
            }
            if let Some(template) = template {
                *unnamed.entry(template).or_default() += 1;
            }
        }
        drop(unnamed);
        for (region, codes) in regions {
            count_country(region, ACCEPTED, codes);
        }
    }

    /// Counts a code that its person typed. A template that is gone counts among the others.
    pub(super) fn verified(&self, region: Option<Region>, template: Option<&TemplateName>) {
        // A mail has no country, and it has no template either.
        if let Some(region) = region {
            count_country(region, VERIFIED, 1);
            self.count_template(template, VERIFIED, 1);
        }
    }

    /// Returns the templates whose codes have no name yet. A list of templates that is read from now on has
    /// these, unless they are removed.
    pub(super) fn unnamed(&self) -> Vec<TemplateId> {
        lock(&self.unnamed).keys().copied().collect()
    }

    /// Counts the codes of `unnamed` templates by the names in a list that was read later.
    pub(super) fn name(&self, unnamed: Vec<TemplateId>, listed: &[AuthenticationTemplate]) {
        for id in unnamed {
            let codes = lock(&self.unnamed).remove(&id);
            let template = listed.iter().find(|template| template.id == id);
            let name = template.map(|template| &template.name);
            self.count_template(name, ACCEPTED, codes.unwrap_or_default());
        }
    }

    fn count_template(&self, template: Option<&TemplateName>, stage: &'static str, codes: u64) {
        let label = template.map_or_else(|| OTHER.to_owned(), |name| self.label(name.as_str()));
        counter!(BY_TEMPLATE, "template" => label, "stage" => stage).increment(codes);
    }

    /// Returns the label of a template: its name while there is room for it.
    fn label(&self, name: &str) -> String {
        let mut labels = lock(&self.labels);
        if !labels.contains(name) {
            if labels.len() >= MAX_TEMPLATES {
                return OTHER.to_owned();
            }
            labels.insert(name.to_owned());
        }
        name.to_owned()
    }
}

fn count_country(region: Region, stage: &'static str, codes: u64) {
    let country = region.as_str().to_owned();
    counter!(BY_COUNTRY, "country" => country, "stage" => stage).increment(codes);
}

/// Nothing panics while it holds a lock, and a count would be as good as before.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;
    use otp_core::ids::SenderId;
    use otp_core::language::LanguageTag;
    use otp_core::time::Timestamp;
    use uuid::Uuid;

    use super::*;

    fn id(number: u128) -> TemplateId {
        TemplateId(Uuid::from_u128(number))
    }

    fn template(number: u128, name: &str) -> AuthenticationTemplate {
        AuthenticationTemplate::assumed_approved(
            id(number),
            SenderId(Uuid::nil()),
            TemplateName::parse(name).expect("a name"),
            LanguageTag::parse("ar").expect("a tag"),
            Timestamp::from_unix_millis(0),
        )
    }

    /// Returns the lines of a metric after `act`, in their order.
    fn lines(metric: &str, act: impl FnOnce(&CodeCounts)) -> Vec<String> {
        let recorder = PrometheusBuilder::new().build_recorder();
        metrics::with_local_recorder(&recorder, || act(&CodeCounts::default()));
        let page = recorder.handle().render();
        let lines = page.lines().filter_map(|line| line.strip_prefix(metric));
        let mut lines: Vec<_> = lines
            .filter(|line| line.starts_with('{'))
            .map(str::to_owned)
            .collect();
        lines.sort();
        lines
    }

    #[test]
    fn codes_are_counted_by_template_once_the_templates_are_listed() {
        let found = lines(BY_TEMPLATE, |counts| {
            counts.accepted([1, 1, 2, 3].map(|number| (None, Some(id(number)))));
            counts.accepted([(None, None)]);
            let unnamed = counts.unnamed();
            // While the templates are listed, one more code is accepted of a known template, and one of
            // another, which the list may not have yet.
            counts.accepted([1, 4].map(|number| (None, Some(id(number)))));
            // Two templates have one name, in two languages; the third is gone.
            counts.name(unnamed, &[template(1, "otp_code"), template(2, "otp_code")]);
            assert_eq!(counts.unnamed(), [id(4)]);
            let name = TemplateName::parse("otp_code").expect("a name");
            counts.verified(Some(Region::WORLD), Some(&name));
            counts.verified(Some(Region::WORLD), None);
            counts.verified(None, None);
        });
        assert_eq!(
            found,
            [
                "{template=\"other\",stage=\"accepted\"} 1",
                "{template=\"other\",stage=\"verified\"} 1",
                "{template=\"otp_code\",stage=\"accepted\"} 4",
                "{template=\"otp_code\",stage=\"verified\"} 1",
            ]
        );
    }

    #[test]
    fn codes_are_counted_by_country_and_mails_are_not() {
        let found = lines(BY_COUNTRY, |counts| {
            let saudi = Region::parse("SA").ok();
            counts.accepted([saudi, Some(Region::WORLD), None, saudi].map(|one| (one, None)));
            counts.verified(saudi, None);
        });
        assert_eq!(
            found,
            [
                "{country=\"001\",stage=\"accepted\"} 1",
                "{country=\"SA\",stage=\"accepted\"} 2",
                "{country=\"SA\",stage=\"verified\"} 1",
            ]
        );
    }

    #[test]
    fn a_hundred_templates_have_a_label_of_their_own() {
        let counts = CodeCounts::default();
        for number in 0..MAX_TEMPLATES {
            let name = format!("otp_{number}");
            assert_eq!(counts.label(&name), name);
        }
        assert_eq!(counts.label("otp_new"), "other");
        assert_eq!(counts.label("otp_7"), "otp_7");
    }
}
