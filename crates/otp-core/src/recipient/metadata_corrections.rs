//! What newer metadata corrects.

use super::metadata::Correction;

pub(super) const CORRECTIONS: &[Correction] = &[];
