//! Filter: the messages that a reader chose to see insights of. It is in the address of the page.

use otp_core::api_key::ApiKeyMode;
use otp_core::channel::whatsapp::template::TemplateName;
use otp_core::insights::ReportFilter;
use otp_core::region::Region;
use otp_core::usecases::show_own_insights::ReportLength;

use crate::visit::Visit;

/// The choice of a reader.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    pub(super) mode: ApiKeyMode,
    pub(super) length: ReportLength,
    pub(super) region: Option<Region>,
    pub(super) template: Option<TemplateName>,
}

/// Returns the key of the words for a length.
pub(super) const fn length_key(length: ReportLength) -> &'static str {
    match length {
        ReportLength::Days14 => "period-14-days",
        ReportLength::Days30 => "period-month",
        ReportLength::Days90 => "period-90-days",
    }
}

impl Filter {
    /// The filter that leaves nothing out.
    pub(super) const NONE: Self = Self {
        mode: ApiKeyMode::Live,
        length: ReportLength::Days14,
        region: None,
        template: None,
    };

    /// Reads the address of a request. A value that no page of ours writes counts as left out.
    pub(super) fn of(visit: &Visit) -> Self {
        let length = visit.parameter("period");
        let mut lengths = ReportLength::ALL.into_iter();
        Self {
            mode: visit.mode(),
            length: lengths
                .find(|one| value(*one) == length)
                .unwrap_or_default(),
            region: Region::parse(&visit.parameter("country")).ok(),
            template: TemplateName::parse(&visit.parameter("template")).ok(),
        }
    }

    pub(super) fn is_test(&self) -> bool {
        self.mode == ApiKeyMode::Test
    }

    /// Returns the filter as the core reads it.
    pub(super) fn wanted(&self) -> ReportFilter {
        ReportFilter {
            region: self.region,
            template: self.template.clone(),
        }
    }

    /// Returns whether some messages are left out.
    pub(super) const fn is_set(&self) -> bool {
        self.region.is_some() || self.template.is_some()
    }

    /// Returns the lengths to choose from, each with its value, the key of its words, and whether it is chosen.
    pub(super) fn lengths(&self) -> [(String, &'static str, bool); 3] {
        ReportLength::ALL.map(|length| (value(length), length_key(length), length == self.length))
    }

    /// Returns whether this country is chosen.
    pub(super) fn has_region(&self, region: &Region) -> bool {
        self.region == Some(*region)
    }

    /// Returns whether this template is chosen.
    pub(super) fn has_template(&self, template: &TemplateName) -> bool {
        self.template.as_ref() == Some(template)
    }

    /// Returns the query of the address of this page, with its question mark.
    pub(super) fn query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if self.is_test() {
            query.append_pair("mode", "test");
        }
        query.append_pair("period", &value(self.length));
        if let Some(region) = self.region {
            query.append_pair("country", region.as_str());
        }
        if let Some(template) = &self.template {
            query.append_pair("template", template.as_str());
        }
        format!("?{}", query.finish())
    }
}

/// Returns the value of a length in the form and in the address.
fn value(length: ReportLength) -> String {
    format!("{}d", length.days())
}
