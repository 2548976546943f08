//! The words of the pages, in Arabic and English, from `locales/`.

use otp_texts::{Catalogue, Sources};

pub(crate) static WORDS: Catalogue = Catalogue::new(Sources {
    english: include_str!("../locales/en/shell.ftl"),
    arabic: include_str!("../locales/ar/shell.ftl"),
});

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::error_page::Problem;
    use crate::form::{Fault, FieldKind};
    use crate::sign_in::SignInRefusal;

    const TEMPLATES: [&str; 4] = [
        include_str!("../templates/base.html"),
        include_str!("../templates/error.html"),
        include_str!("../templates/parts/form.html"),
        include_str!("../templates/sign_in.html"),
    ];

    /// The keys that templates look up, each as `t("key")` or `say("key", …)`.
    fn keys_of_templates() -> BTreeSet<&'static str> {
        let calls = TEMPLATES
            .iter()
            .flat_map(|template| template.split("page."));
        let arguments = calls.filter_map(|call| {
            let argument = ["t(\"", "say(\"", "titled(\""]
                .into_iter()
                .find_map(|begin| call.strip_prefix(begin))?;
            argument.split('"').next()
        });
        arguments.collect()
    }

    #[test]
    fn both_languages_have_every_word_and_no_other() {
        let of_problems = Problem::ALL.iter();
        let of_problems = of_problems.flat_map(|problem| [problem.title_key(), problem.text_key()]);
        let of_fields = FieldKind::ALL.iter().map(|kind| kind.label_key());
        let of_faults = Fault::ALL.iter().map(|fault| fault.key());
        let of_refusals = SignInRefusal::ALL.iter().map(|refusal| refusal.key());
        let keys: BTreeSet<_> = keys_of_templates()
            .into_iter()
            .chain(of_problems)
            .chain(of_fields)
            .chain(of_faults)
            .chain(of_refusals)
            .collect();
        assert!(keys.contains("skip"), "templates are searched: {keys:?}");
        assert_eq!(WORDS.faults(keys), [""; 0]);
    }
}
