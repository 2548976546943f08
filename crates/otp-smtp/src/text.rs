//! The texts of mails, in Arabic and English, from `locales/`.

use otp_texts::{Catalogue, Sources};

pub(crate) static TEXTS: Catalogue = Catalogue::new(Sources {
    english: include_str!("../locales/en/mail.ftl"),
    arabic: include_str!("../locales/ar/mail.ftl"),
});
