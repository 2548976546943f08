//! Which text is a request: the words people and carriers use, in Arabic, English, French, Spanish and
//! German, however they are typed.
//!
//! The whole message has to be the word, said once or several times, with or without a courtesy ("STOP
//! please"). "Stop sending to my brother" is a sentence: it is read by nobody here, and changes nothing.
//! A text with a digit is never a request, so no passcode with a digit is one.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::ConsentRequest;

/// No word below, repeated and courteous, is longer. What is longer is not looked at.
const LONGEST: usize = 200;

/// Words for STOP, as [`normal`] writes them.
const STOP: &[&str] = &[
    // English; the carriers' keywords and those regulators name
    "stop",
    "stop all",
    "stop it",
    "stop messages",
    "stop sending",
    "unsubscribe",
    "unsub",
    "cancel",
    "end",
    "quit",
    "revoke",
    "opt out",
    "remove me",
    // Arabic
    "ايقاف",
    "اوقف",
    "اوقفوا",
    "اوقفوا الرسايل",
    "ايقاف الرسايل",
    "ستوب",
    "وقف",
    "توقف",
    "توقفوا",
    "قف",
    "كفي",
    "الغا",
    "الغ",
    "الغي",
    "انها",
    "الغا الاشتراك",
    "الغ الاشتراك",
    "الغي الاشتراك",
    "ايقاف الاشتراك",
    // French
    "arret",
    "arreter",
    "arretez",
    "desabonner",
    "me desabonner",
    "se desabonner",
    "desabonnement",
    "desinscription",
    "me desinscrire",
    "annuler",
    "resilier",
    "fin",
    // Spanish
    "baja",
    "dar de baja",
    "darme de baja",
    "parar",
    "pare",
    "detener",
    "alto",
    "cancelar",
    "cancelar suscripcion",
    "anular",
    // German
    "stopp",
    "stoppen",
    "abmelden",
    "abmeldung",
    "abbestellen",
    "abbrechen",
    "beenden",
    "ende",
    "kundigen",
    "kuendigen",
    "aufhoren",
    "aufhoeren",
];

/// Words for START. None is a plain yes: that may answer anything.
const START: &[&str] = &[
    "start",
    "unstop",
    "subscribe",
    "resubscribe",
    "resume",
    "opt in",
    // Arabic
    "ابدا",
    "ابداوا",
    "بد",
    "البد",
    "ستارت",
    "اشتراك",
    "الاشتراك",
    "اشترك",
    "اعاده الاشتراك",
    "استيناف",
    "تفعيل",
    // French
    "demarrer",
    "commencer",
    "reprendre",
    "abonner",
    "m abonner",
    "reabonner",
    "me reabonner",
    // Spanish
    "alta",
    "dar de alta",
    "darme de alta",
    "iniciar",
    "empezar",
    "comenzar",
    "suscribir",
    "suscribirme",
    "reanudar",
    // German
    "starten",
    "anmelden",
    "abonnieren",
    "fortsetzen",
    "beginnen",
];

/// What people put before or after a request out of politeness.
const COURTESIES: &[&str] = &[
    "please",
    "pls",
    "plz",
    "thanks",
    "thank you",
    "من فضلك",
    "لو سمحت",
    "رجا",
    "الرجا",
    "شكرا",
    "s il vous plait",
    "svp",
    "merci",
    "por favor",
    "gracias",
    "bitte",
    "danke",
];

impl ConsentRequest {
    /// Returns the request a message makes; `None` unless the whole message is one.
    pub fn of_text(text: &str) -> Option<Self> {
        request(text)
    }
}

fn request(text: &str) -> Option<ConsentRequest> {
    let words = normal(text)?;
    let words = without_courtesies(&words);
    let letters = squeezed(words);
    let is_one_of = |list: &[&str]| list.iter().any(|word| repeats(&letters, &squeezed(word)));
    if is_one_of(STOP) {
        Some(ConsentRequest::Stop)
    } else if is_one_of(START) {
        Some(ConsentRequest::Start)
    } else {
        None
    }
}

/// The words of a text in small plain letters with one space between them; none if it cannot be a request.
///
/// Compatibility forms become letters (`ＳＴＯＰ`), accents, vowel signs, hamzas, tatweel and invisible
/// marks go, and everything else that is no letter parts words.
fn normal(text: &str) -> Option<String> {
    if text.chars().nth(LONGEST).is_some() {
        return None;
    }
    let mut words = String::new();
    let letters = text
        .nfkd()
        .filter(|c| !is_dropped(*c))
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        // A small letter may come apart again: the capital dotted I does.
        .nfkd()
        .filter(|c| !is_dropped(*c));
    for c in letters.map(variant) {
        if c.is_numeric() {
            return None;
        }
        if c.is_alphabetic() {
            words.push(c);
        } else if !words.is_empty() && !words.ends_with(' ') {
            words.push(' ');
        }
    }
    words.truncate(words.trim_end().len());
    Some(words)
}

/// Marks that change how a word looks, and not which word it is.
fn is_dropped(c: char) -> bool {
    is_combining_mark(c)
        || matches!(c,
            'ـ' // tatweel
            | 'ء' // a hamza by itself, which many leave out
            | '\u{ad}' // soft hyphen
            | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}') // directions, and what has no width
}

/// Letters that are typed for each other, Persian and Urdu keyboards included.
fn variant(c: char) -> char {
    match c {
        'ٱ' => 'ا',
        'ى' | 'ی' => 'ي',
        'ة' => 'ه',
        'ک' => 'ك',
        'ı' => 'i',
        other => other,
    }
}

fn without_courtesies(words: &str) -> &str {
    let mut rest = words;
    loop {
        let shorter = COURTESIES.iter().find_map(|courtesy| {
            let before = rest
                .strip_prefix(courtesy)
                .and_then(|rest| rest.strip_prefix(' '));
            let after = rest
                .strip_suffix(courtesy)
                .and_then(|rest| rest.strip_suffix(' '));
            before.or(after)
        });
        match shorter {
            Some(shorter) => rest = shorter,
            None => return rest,
        }
    }
}

/// Spaces are no part of a word: "S T O P", "un subscribe" and "stop all" are typed both ways.
fn squeezed(words: &str) -> String {
    words.chars().filter(|c| *c != ' ').collect()
}

/// Whether `letters` is `word`, once or more.
fn repeats(letters: &str, word: &str) -> bool {
    !letters.is_empty()
        && letters.len().is_multiple_of(word.len())
        && letters == word.repeat(letters.len() / word.len())
}

#[cfg(test)]
mod tests;
