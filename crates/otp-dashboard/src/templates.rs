//! Templates: the names that they look up, for the tests of words and icons.

use std::collections::BTreeSet;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "templates/"]
struct Templates;

/// Returns the first arguments, if they are texts, of all calls of these methods of `page`.
pub(crate) fn arguments_of(methods: &[&str]) -> BTreeSet<String> {
    let mut arguments = BTreeSet::new();
    for name in Templates::iter() {
        let file = Templates::get(&name).expect("a template of the list");
        let template = String::from_utf8_lossy(&file.data);
        for call in template.split("page.").skip(1) {
            let argument = methods
                .iter()
                .find_map(|method| call.strip_prefix(*method)?.strip_prefix("(\""));
            arguments.extend(
                argument
                    .and_then(|rest| rest.split('"').next())
                    .map(str::to_owned),
            );
        }
    }
    arguments
}
