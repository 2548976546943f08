//! Patterns: the parsed texts of a catalogue, for the faults of translations.

use std::collections::BTreeSet;

use fluent_syntax::ast::{Expression, InlineExpression, Pattern, PatternElement, VariantKey};
use otp_core::ui_language::UiLanguage;

/// The plural forms of all languages (Unicode CLDR). Each language has the last one.
const FORMS: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// Returns the names of the variables, in whichever form of the text.
pub(crate) fn variables(pattern: &Pattern<&str>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for expression in expressions(pattern) {
        let (Expression::Inline(inline)
        | Expression::Select {
            selector: inline, ..
        }) = expression;
        if let InlineExpression::VariableReference { id } = inline {
            found.insert(id.name.to_owned());
        }
    }
    found
}

/// Returns what is wrong with the plural forms: a choice by one of them needs all forms of the language and no other.
pub(crate) fn faults_of_forms(language: UiLanguage, pattern: &Pattern<&str>) -> Vec<String> {
    let mut faults = Vec::new();
    for expression in expressions(pattern) {
        let Expression::Select { variants, .. } = expression else {
            continue;
        };
        let keys: BTreeSet<&str> = variants.iter().filter_map(|v| name(&v.key)).collect();
        let (_, unambiguous) = FORMS.split_last().expect("there are six");
        if unambiguous.iter().all(|form| !keys.contains(form)) {
            continue;
        }
        for form in FORMS {
            match (keys.contains(form), forms(language).contains(&form)) {
                (false, true) => faults.push(format!("lacks the form [{form}]")),
                (true, false) => faults.push(format!("never uses the form [{form}]")),
                (true, true) | (false, false) => {}
            }
        }
    }
    faults
}

const fn forms(language: UiLanguage) -> &'static [&'static str] {
    match language {
        UiLanguage::Arabic => &FORMS,
        UiLanguage::English => &["one", "other"],
    }
}

fn name<'a>(key: &VariantKey<&'a str>) -> Option<&'a str> {
    match key {
        VariantKey::Identifier { name } => Some(name),
        VariantKey::NumberLiteral { .. } => None,
    }
}

/// Returns everything that is inserted, and what is inserted into that.
fn expressions<'p>(pattern: &'p Pattern<&'p str>) -> Vec<&'p Expression<&'p str>> {
    let mut found = Vec::new();
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            found.push(expression);
            if let Expression::Select { variants, .. } = expression {
                found.extend(variants.iter().flat_map(|v| expressions(&v.value)));
            }
        }
    }
    found
}
