//! Architecture decisions are numbered from 0001 without gaps: each number leads to one file.

use super::Finding;

pub(super) fn check(names: &[String]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut expected = 1;
    for name in names {
        let file = || format!("docs/adr/{name}");
        match number(name) {
            Some(number) if number == expected => expected += 1,
            Some(_) => {
                findings.push(Finding::file(
                    file(),
                    format!("the next number is {expected:04}"),
                ));
                expected += 1;
            }
            None => findings.push(Finding::file(file(), "the name must be NNNN-title.md")),
        }
    }
    findings
}

fn number(name: &str) -> Option<u32> {
    let (number, title) = name.strip_suffix(".md")?.split_once('-')?;
    let four_digits = number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit());
    if four_digits && !title.is_empty() {
        number.parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(names: &[&str]) -> usize {
        check(
            &names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>(),
        )
        .len()
    }

    #[test]
    fn gaps_duplicates_and_other_names_are_found() {
        assert_eq!(count(&["0001-a.md", "0002-b.md", "0003-c.md"]), 0);
        assert_eq!(count(&[]), 0);
        assert_eq!(count(&["0001-a.md", "0003-b.md"]), 1);
        assert_eq!(count(&["0001-a.md", "0001-b.md"]), 1);
        assert_eq!(count(&["0001-a.md", "notes.md"]), 1);
        assert_eq!(count(&["1-a.md"]), 1);
    }
}
