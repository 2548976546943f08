//! Shares of a whole, as the page writes and draws them.

/// Returns a share in thousandths; `None` if the whole is nothing. A part that is neither nothing nor everything is not
/// rounded to either.
pub(crate) fn thousandths(part: u64, whole: u64) -> Option<u64> {
    let (part, whole) = (u128::from(part), u128::from(whole));
    let rounded = (part * 1_000 + whole / 2).checked_div(whole)?;
    let share = match part {
        0 => 0,
        some if some < whole => rounded.clamp(1, 999),
        _ => 1_000,
    };
    u64::try_from(share).ok()
}

/// Writes a share in percent, such as `97.8%`; `None` if the whole is nothing.
pub(crate) fn percent(part: u64, whole: u64) -> Option<String> {
    Some(match thousandths(part, whole)? {
        0 => "0%".to_owned(),
        1_000 => "100%".to_owned(),
        share => format!("{}.{}%", share / 10, share % 10),
    })
}

/// Returns the length of a bar of 100; `None` if the whole is nothing.
pub(crate) fn length(part: u64, whole: u64) -> Option<String> {
    let share = thousandths(part, whole)?;
    Some(format!("{}.{}", share / 10, share % 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_but_never_to_nothing_or_to_everything() {
        for (part, whole, expected) in [
            (0, 1_204, Some("0%")),
            (1, 100_000, Some("0.1%")),
            (1_178, 1_204, Some("97.8%")),
            (1, 3, Some("33.3%")),
            (2, 3, Some("66.7%")),
            (1, 2, Some("50.0%")),
            (99_999, 100_000, Some("99.9%")),
            (7, 7, Some("100%")),
            (8, 7, Some("100%")),
            (u64::MAX - 1, u64::MAX, Some("99.9%")),
            (0, 0, None),
            (1, 0, None),
        ] {
            assert_eq!(percent(part, whole).as_deref(), expected, "{part}/{whole}");
        }
        assert_eq!(length(840, 10_000).as_deref(), Some("8.4"));
        assert_eq!(length(3, 2).as_deref(), Some("100.0"));
        assert_eq!(length(0, 0), None);
    }
}
