//! The names of countries and territories, from the file of Unicode CLDR's names.

use std::collections::HashMap;
use std::sync::LazyLock;

use otp_core::region::Region;
use otp_core::ui_language::UiLanguage;

/// A line each: the code, the English name, the Arabic name.
static FILE: &str = include_str!("../locales/regions.tsv");

static NAMES: LazyLock<HashMap<&str, [&str; 2]>> = LazyLock::new(|| {
    let lines = FILE.lines().filter(|line| !line.starts_with('#'));
    let names = lines.filter_map(|line| {
        let (code, names) = line.split_once('\t')?;
        let (english, arabic) = names.split_once('\t')?;
        Some((code, [english, arabic]))
    });
    names.collect()
});

/// Returns the name of a region; its code if it has none.
pub(crate) fn region_name(language: UiLanguage, region: Region) -> String {
    let names = NAMES.get(region.as_str());
    let name = names.map(|[english, arabic]| match language {
        UiLanguage::English => *english,
        UiLanguage::Arabic => *arabic,
    });
    name.unwrap_or(region.as_str()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_a_region_and_a_name_in_both_languages() {
        let lines = FILE.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(NAMES.len(), lines);
        for (code, names) in &*NAMES {
            assert!(Region::parse(code).is_ok(), "{code}");
            assert!(names.iter().all(|name| !name.is_empty()), "{code}");
        }
        let saudi_arabia = Region::parse("SA").expect("a region");
        let name = |language| region_name(language, saudi_arabia);
        assert_eq!(name(UiLanguage::English), "Saudi Arabia");
        assert_eq!(name(UiLanguage::Arabic), "المملكة العربية السعودية");
        let unknown = Region::parse("XX").expect("a region");
        assert_eq!(region_name(UiLanguage::English, unknown), "XX");
    }
}
