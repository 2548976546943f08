//! The words of the pages, in Arabic and English, from `locales/`.

use otp_texts::{Catalogue, Sources};

pub(crate) static WORDS: Catalogue = Catalogue::new(Sources {
    english: concat!(
        include_str!("../locales/en/shell.ftl"),
        include_str!("../locales/en/public.ftl"),
    ),
    arabic: concat!(
        include_str!("../locales/ar/shell.ftl"),
        include_str!("../locales/ar/public.ftl"),
    ),
});

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::address_page::ProofFor;
    use crate::error_page::Problem;
    use crate::form::{Fault, FieldKind, Refused};

    const TEMPLATES: [&str; 8] = [
        include_str!("../templates/address.html"),
        include_str!("../templates/base.html"),
        include_str!("../templates/error.html"),
        include_str!("../templates/parts/code.html"),
        include_str!("../templates/parts/form.html"),
        include_str!("../templates/reset_password.html"),
        include_str!("../templates/sign_in.html"),
        include_str!("../templates/sign_up.html"),
    ];

    /// The keys that templates look up, each as `t("key")` or `say("key", …)`.
    fn keys_of_templates() -> BTreeSet<&'static str> {
        let calls = TEMPLATES
            .iter()
            .flat_map(|template| template.split("page."));
        let arguments = calls.flat_map(|call| {
            let Some(argument) = ["t(\"", "say(\"", "titled(\""]
                .into_iter()
                .find_map(|begin| call.strip_prefix(begin))
            else {
                return Vec::new();
            };
            // Of `titled`, both arguments are keys; of the others, one.
            let most = if call.starts_with("titled") { 2 } else { 1 };
            let texts = argument.split('"').step_by(2);
            texts.take(most).collect()
        });
        arguments.filter(|key| !key.starts_with(')')).collect()
    }

    #[test]
    fn both_languages_have_every_word_and_no_other() {
        let of_problems = Problem::ALL.iter();
        let of_problems = of_problems.flat_map(|problem| [problem.title_key(), problem.text_key()]);
        let of_fields = FieldKind::ALL.iter();
        let of_fields = of_fields.flat_map(|kind| {
            [Some(kind.label_key()), kind.hint_key()]
                .into_iter()
                .flatten()
        });
        let of_faults = Fault::ALL.iter().map(|fault| fault.key());
        let of_refusals = Refused::ALL.iter().map(|refused| refused.key());
        let of_proofs = ProofFor::ALL.iter();
        let of_proofs = of_proofs.flat_map(|proof| [proof.title_key(), proof.about_key()]);
        let keys: BTreeSet<_> = keys_of_templates()
            .into_iter()
            .chain(of_problems)
            .chain(of_fields)
            .chain(of_faults)
            .chain(of_refusals)
            .chain(of_proofs)
            .collect();
        assert!(keys.contains("skip"), "templates are searched: {keys:?}");
        assert_eq!(WORDS.faults(keys), [""; 0]);
    }
}
