//! A change of a template in a notification.

use otp_core::channel::whatsapp::ProviderId;
use otp_core::channel::whatsapp::template::event::{TemplateEvent, TemplateSubject};
use otp_core::channel::whatsapp::template::{TemplateName, TemplateStatus};
use otp_core::language::LanguageTag;
use otp_core::time::Timestamp;

use super::json::{Field, Node};
use super::status::instant;
use crate::redaction::Redaction;

/// Reads the event in a change of this entry; `None` if it lacks the account, the template or the
/// new status.
pub(super) fn event(entry: &Node, value: &Node, received_at: Timestamp) -> Option<TemplateEvent> {
    let waba_id = entry.text(Field::Id)?;
    let id = value.number(Field::TemplateId)?.to_string();
    let name = value.text(Field::TemplateName).map(TemplateName::parse);
    let language = value.text(Field::TemplateLanguage).map(LanguageTag::parse);
    Some(TemplateEvent {
        waba_id: ProviderId::parse(waba_id).ok()?,
        subject: TemplateSubject {
            provider_id: Some(ProviderId::parse(&id).ok()?),
            name: name.and_then(Result::ok).zip(language.and_then(Result::ok)),
        },
        status: TemplateStatus::parse(value.text(Field::Event)?).ok()?,
        reason: reason(value),
        at: instant(entry.number(Field::Time), received_at),
    })
}

/// Returns Meta's reason; if there is none, the title of Meta's action.
fn reason(value: &Node) -> Option<String> {
    let reason = value.text(Field::Reason).filter(|reason| *reason != "NONE");
    let other = value.get(Field::OtherInfo);
    let title = || other.and_then(|other| other.text(Field::Title));
    Some(Redaction::of_anybody().clean(reason.or_else(title)?)).filter(|text| !text.is_empty())
}
