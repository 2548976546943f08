//! Recognition of requests: the words that people and carriers use, in Arabic, English, French,
//! Spanish and German, however they are typed.
//!
//! The whole message has to be the word, once or several times, with or without a courtesy ("STOP
//! please"). "Stop sending to my brother" is a sentence: it is not a request and changes nothing. A
//! text with a digit is never a request, so a passcode with a digit is not one.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::ConsentRequest;

/// The maximum length of a request, in characters. A longer text is not read: none of the words
/// below, with repetitions and courtesies, is longer.
const MAX_LENGTH: usize = 200;

/// The words for STOP, as [`normal`] writes them.
const STOP: &[&str] = &[
    // English; the keywords of carriers and regulators
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

/// The words for START. A plain yes is not among them: it may answer anything.
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

/// Courtesies that people add before or after a request.
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

/// Returns the request that the whole text is, if it is one.
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

/// Returns the words in plain lower-case letters with one space between; `None` if the text cannot
/// be a request.
///
/// Compatibility forms become letters (`ＳＴＯＰ`); accents, vowel signs, hamzas, tatweel and invisible
/// marks are dropped; every other character that is not a letter separates words.
fn normal(text: &str) -> Option<String> {
    if text.chars().nth(MAX_LENGTH).is_some() {
        return None;
    }
    let mut words = String::new();
    let letters = text
        .nfkd()
        .filter(|c| !is_dropped(*c))
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        // A lower-case letter may decompose again: that of the capital dotted I does.
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

/// Returns whether `c` is a mark that changes how a word looks, but not which word it is.
fn is_dropped(c: char) -> bool {
    is_combining_mark(c)
        || matches!(c,
            'ـ' // tatweel
            | 'ء' // a hamza by itself, which many people omit
            | '\u{ad}' // soft hyphen
            | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}') // marks of direction and of zero width
}

/// Maps letters that are typed for each other, also on Persian and Urdu keyboards, to one of them.
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

/// Removes the spaces: "S T O P", "un subscribe" and "stop all" are typed with and without them.
fn squeezed(words: &str) -> String {
    words.chars().filter(|c| *c != ' ').collect()
}

/// Returns whether `letters` is `word`, once or several times.
fn repeats(letters: &str, word: &str) -> bool {
    !letters.is_empty()
        && letters.len().is_multiple_of(word.len())
        && letters == word.repeat(letters.len() / word.len())
}

#[cfg(test)]
mod tests;
