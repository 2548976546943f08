//! One row of the table that corrects the metadata.

/// A value of newer metadata. The rows are generated; see `docs/adr/0003-phone-numbers.md`.
#[derive(Debug)]
pub(super) struct Correction {
    pub(super) region: &'static str,
    pub(super) country_code: u16,
    pub(super) field: Field,
    /// `None` if the numbers were withdrawn.
    pub(super) numbers: Option<Numbers>,
}

/// The part of a region's metadata that a [`Correction`] replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    General,
    LeadingDigits,
    Mobile,
    FixedLine,
    TollFree,
    PremiumRate,
    SharedCost,
    PersonalNumber,
    Voip,
    Pager,
    Uan,
    Voicemail,
}

/// A set of national numbers: a pattern, and the lengths a number of it may have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers {
    pub(super) pattern: &'static str,
    pub(super) lengths: &'static [u16],
    /// Lengths that can be dialled only from inside the area.
    pub(super) local_lengths: &'static [u16],
}
