//! The words of the pages, in Arabic and English, from `locales/`.

use otp_texts::{Catalogue, Sources};

pub(crate) static WORDS: Catalogue = Catalogue::new(Sources {
    english: concat!(
        include_str!("../locales/en/shell.ftl"),
        include_str!("../locales/en/public.ftl"),
        include_str!("../locales/en/account.ftl"),
        include_str!("../locales/en/staff.ftl"),
        include_str!("../locales/en/messages.ftl"),
        include_str!("../locales/en/verifications.ftl"),
        include_str!("../locales/en/insights.ftl"),
        include_str!("../locales/en/explain.ftl"),
        include_str!("../locales/en/settings.ftl"),
        include_str!("../locales/en/test_inbox.ftl"),
        include_str!("../locales/en/webhooks.ftl"),
        include_str!("../locales/en/orders.ftl"),
        include_str!("../locales/en/team.ftl"),
        include_str!("../locales/en/front.ftl"),
    ),
    arabic: concat!(
        include_str!("../locales/ar/shell.ftl"),
        include_str!("../locales/ar/public.ftl"),
        include_str!("../locales/ar/account.ftl"),
        include_str!("../locales/ar/staff.ftl"),
        include_str!("../locales/ar/messages.ftl"),
        include_str!("../locales/ar/verifications.ftl"),
        include_str!("../locales/ar/insights.ftl"),
        include_str!("../locales/ar/explain.ftl"),
        include_str!("../locales/ar/settings.ftl"),
        include_str!("../locales/ar/test_inbox.ftl"),
        include_str!("../locales/ar/webhooks.ftl"),
        include_str!("../locales/ar/orders.ftl"),
        include_str!("../locales/ar/team.ftl"),
        include_str!("../locales/ar/front.ftl"),
    ),
});

#[cfg(test)]
mod tests {
    use otp_core::message::MessageStatus;
    use otp_core::notice::NoticeTopic;
    use otp_core::person::AccountRole;
    use otp_core::person::staff::StaffRole;

    use super::*;
    use crate::address_page::ProofFor;
    use crate::error_page::Problem;
    use crate::form::{Fault, FieldKind, Refused};
    use crate::frame::{Place, account_role_key, role_key};
    use crate::message_badge::MessageBadge;
    use crate::{
        channel_words, credits, explain, insights, keys, message_page, messages, notices,
        order_page,
    };
    use crate::{guide, home, team, verification_page, verifications, webhooks};
    use crate::{order_view, overview, staff_account, staff_accounts, staff_order, staff_prices};
    use crate::{subscriptions, templates};

    #[test]
    fn both_languages_have_every_word_and_no_other() {
        let mut words = templates::arguments_of(&["t", "say", "say_all", "titled"]);
        assert!(words.contains("skip"), "templates are searched: {words:?}");
        let mut add = |key: &str| {
            words.insert(key.to_owned());
        };
        for problem in Problem::ALL {
            add(problem.title_key());
            add(problem.text_key());
        }
        for kind in FieldKind::ALL {
            add(kind.label_key());
            kind.hint_key().into_iter().for_each(&mut add);
        }
        for proof in ProofFor::ALL {
            add(proof.title_key());
            add(proof.about_key());
            proof.form_keys().into_iter().for_each(&mut add);
        }
        Fault::ALL.iter().for_each(|fault| add(fault.key()));
        Refused::ALL.iter().for_each(|refused| add(refused.key()));
        Place::ALL.iter().for_each(|place| add(place.key()));
        let statuses = MessageStatus::ALL.map(MessageBadge::from);
        statuses.iter().for_each(|badge| add(badge.key));
        let staff = StaffRole::ALL.map(role_key).into_iter();
        for role in staff.chain(AccountRole::ALL.map(account_role_key)) {
            add(role);
            add(&format!("{role}-about"));
        }
        [
            "area-staff",
            "area-account",
            "invited-about",
            "place-accounts",
        ]
        .iter()
        .for_each(|key| add(key));
        overview::keys().iter().for_each(|key| add(key));
        channel_words::keys().iter().for_each(|key| add(key));
        explain::keys().iter().for_each(|key| add(key));
        insights::keys().iter().for_each(|key| add(key));
        verifications::keys().iter().for_each(|key| add(key));
        verification_page::keys().iter().for_each(|key| add(key));
        message_page::keys().iter().for_each(|key| add(key));
        messages::keys().iter().for_each(|key| add(key));
        keys::keys().iter().for_each(|key| add(key));
        webhooks::keys().iter().for_each(|key| add(key));
        credits::keys().iter().for_each(|key| add(key));
        team::KEYS.iter().for_each(|key| add(key));
        NoticeTopic::ALL
            .iter()
            .for_each(|topic| add(notices::key(*topic)));
        guide::keys().iter().for_each(|key| add(key));
        home::KEYS.iter().for_each(|key| add(key));
        order_view::keys().iter().for_each(|key| add(key));
        order_page::KEYS.iter().for_each(|key| add(key));
        subscriptions::KEYS.iter().for_each(|key| add(key));
        staff_order::KEYS.iter().for_each(|key| add(key));
        staff_prices::KEYS.iter().for_each(|key| add(key));
        staff_account::keys().iter().for_each(|key| add(key));
        staff_accounts::keys().iter().for_each(|key| add(key));
        let of_settings = [
            "device-both",
            "device-unknown",
            "recovery-codes-left",
            "second-factor-type",
        ];
        of_settings.iter().for_each(|key| add(key));
        assert_eq!(WORDS.faults(words.iter().map(String::as_str)), [""; 0]);
    }
}
