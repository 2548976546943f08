//! Tests of the words as people type them.

use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(expected: Option<ConsentRequest>, texts: &[&str]) {
    for text in texts {
        assert_eq!(ConsentRequest::of_text(text), expected, "{text:?}");
    }
}

#[test]
fn stop_is_recognised_in_five_languages() {
    check(
        Some(ConsentRequest::Stop),
        &[
            "STOP",
            "stop",
            "Stop",
            "sToP",
            "STOPALL",
            "Stop all",
            "unsubscribe",
            "UNSUBSCRIBE",
            "Un-subscribe",
            "CANCEL",
            "END",
            "QUIT",
            "Revoke",
            "opt-out",
            "OPT OUT",
            "opt_out",
            "STOP_ALL",
            "إيقاف",
            "ايقاف",
            "أوقف",
            "اوقف",
            "أوقفوا الرسائل",
            "توقف",
            "قف",
            "كفى",
            "إلغاء",
            "الغاء",
            "الغا",
            "إلغاء الاشتراك",
            "الغاء الإشتراك",
            "ألغِ الاشتراك",
            "ستوب",
            "ARRÊT",
            "ARRET",
            "arrêter",
            "Arrêtez",
            "désabonner",
            "Se désabonner",
            "Résilier",
            "annuler",
            "BAJA",
            "Dar de baja",
            "PARAR",
            "DÉTENER",
            "detener",
            "Alto",
            "cancelar suscripción",
            "STOPP",
            "Stoppen",
            "ABMELDEN",
            "abbestellen",
            "Kündigen",
            "KUENDIGEN",
            "aufhören",
            "Beenden",
        ],
    );
}

#[test]
fn start_is_recognised_in_five_languages() {
    check(
        Some(ConsentRequest::Start),
        &[
            "START",
            "start",
            "UNSTOP",
            "Subscribe",
            "resubscribe",
            "opt in",
            "ابدأ",
            "أبدأ",
            "ابدا",
            "بدء",
            "اشتراك",
            "إشتراك",
            "اشترك",
            "إعادة الاشتراك",
            "استئناف",
            "Démarrer",
            "m'abonner",
            "ALTA",
            "Suscribirme",
            "Anmelden",
            "starten",
            "fortsetzen",
        ],
    );
}

#[test]
fn punctuation_spacing_and_spelling_variants_do_not_matter() {
    check(
        Some(ConsentRequest::Stop),
        &[
            "  stop\r\n",
            "Stop!",
            "STOP.",
            "«stop»",
            "\"STOP\"",
            "*STOP*",
            "_stop_",
            "¡BAJA!",
            "stop 🛑",
            "🛑🛑 STOP 🙏🏽",
            "🚫stop",
            "stop stop",
            "STOP!!! STOP!!!",
            "S T O P",
            "S.T.O.P.",
            "ＳＴＯＰ",
            "𝐒𝐓𝐎𝐏",
            "ⓈⓉⓄⓅ",
            "st\u{200b}op",
            "\u{feff}stop",
            "\u{202b}إيقاف\u{202c}",
            "\u{200f}إيقاف\u{200f}",
            "\u{2067}قف\u{2069}",
            "إيـــقاف",
            "إِيقَاف",
            "اِيقاف",
            "ٱيقاف",
            "إيقاف؟",
            "إيقاف،",
            "ایقاف",
            "كفی",
            "ﺇﻳﻘﺎﻑ",
            "ARRE\u{302}T",
            "arre\u{302}t",
            "de\u{301}tener",
            "stop\u{fe0f}",
            "s\u{ad}top",
            "ABMELDEN, bitte",
            "Please stop",
            "STOP please!",
            "... please, please: stop",
            "stop, thanks",
            "من فضلك توقف",
            "إيقاف لو سمحت",
            "Arrêt s'il vous plaît",
            "parar por favor",
            "quıt",
            "QUİT",
            "stop\u{fffd}",
        ],
    );
}

#[test]
fn a_sentence_a_number_and_a_courtesy_are_not_requests() {
    check(
        None,
        &[
            "",
            " ",
            "\u{200b}",
            "🛑",
            "?",
            "stop sending to my brother please",
            "do not stop",
            "don't stop",
            "Please don't stop",
            "nonstop",
            "stopped",
            "bus stop",
            "stop it now or else",
            "start stop",
            "stop start",
            "when does it end",
            "the end",
            "no",
            "yes",
            "نعم",
            "لا",
            "oui",
            "ja",
            "ok",
            "thank you",
            "please",
            "شكرا",
            "Thank you",
            "STOP1",
            "stop 1",
            "123456",
            "1",
            "٣",
            "stop٣",
            "482913",
            "A1B2C3",
            "لا توقف",
            "موقف",
            "اشتراكي",
            "توقفت السيارة",
            "fino",
            "bajar",
            "stopwatch",
            "endless",
            "http://stop",
            "<stop>x",
        ],
    );
    check(
        None,
        &["stop ".repeat(50).as_str(), "s".repeat(1 << 20).as_str()],
    );
}

#[test]
fn every_listed_word_is_normalised_and_has_one_meaning() {
    for word in STOP.iter().chain(START).chain(COURTESIES) {
        assert_eq!(normal(word).as_deref(), Some(*word));
    }
    for word in STOP {
        assert_eq!(request(word), Some(ConsentRequest::Stop), "{word}");
    }
    for word in START {
        assert_eq!(request(word), Some(ConsentRequest::Start), "{word}");
    }
}

proptest! {
    #[test]
    fn no_text_panics_and_none_with_a_digit_is_a_request(text in any::<String>(), digit in "[0-9٠-٩]") {
        let before = request(&text);
        prop_assert_eq!(request(&format!("{text}{digit}")), None);
        // Invisible marks change nothing.
        if text.chars().count() < MAX_LENGTH {
            prop_assert_eq!(request(&format!("{text}\u{200f}")), before);
        }
    }

    #[test]
    fn case_and_surrounding_marks_change_nothing(
        word in prop::sample::select([STOP, START].concat()), around in "[ !.?*🛑\u{200f}\n]{0,9}",
    ) {
        let typed = format!("{around}{}{around}", word.to_uppercase());
        prop_assert_eq!(request(&typed), request(word));
    }
}
