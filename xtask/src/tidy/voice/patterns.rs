//! The words to avoid, and the better ones.

/// A word or phrase that has a plainer one.
#[derive(Debug)]
pub(super) struct Pattern {
    /// Every form of it, in lower case; the first is its name in the summary.
    pub(super) forms: &'static [&'static str],
    /// Longer phrases that are fine although they contain it.
    pub(super) except: &'static [&'static str],
    /// The better word, as the end of "write …".
    pub(super) instead: &'static str,
}

/// The words to avoid. Each is matched as a whole word, in prose only.
pub(super) const PATTERNS: &[Pattern] = &[
    Pattern {
        forms: &["told"],
        except: &[],
        instead: "‘receives’, ‘is notified’ or ‘is asked’",
    },
    Pattern {
        forms: &["heard", "hear", "hears"],
        except: &[],
        instead: "‘received’ or ‘is notified’",
    },
    Pattern {
        forms: &["stands", "stand", "stood"],
        except: &["stands for", "stand for", "stands in for", "stand in for"],
        instead: "‘is’, ‘appears’ or ‘exists’",
    },
    Pattern {
        forms: &["mend", "mends", "mended", "mending"],
        except: &[],
        instead: "‘fix’ or ‘repair’",
    },
    Pattern {
        forms: &["heed", "heeds", "heeded", "heeding"],
        except: &[],
        instead: "‘apply’, ‘obey’ or ‘follow’",
    },
    Pattern {
        forms: &["so many"],
        except: &["so many that"],
        instead: "‘at most this many’ or ‘number of …’",
    },
    Pattern {
        forms: &["so long"],
        except: &["so long that"],
        instead: "‘at most this long’, ‘for this long’ or ‘while’",
    },
    Pattern {
        forms: &["for ever"],
        except: &[],
        instead: "‘permanently’, ‘indefinitely’ or the bound",
    },
    Pattern {
        forms: &["in the meantime"],
        except: &[],
        instead: "‘meanwhile’, ‘since then’ or the event",
    },
    Pattern {
        forms: &["trying on"],
        except: &[],
        instead: "‘will retry’",
    },
    Pattern {
        forms: &["makes it what", "make it what", "made it what"],
        except: &[],
        instead: "the effect itself",
    },
    Pattern {
        forms: &["what is there"],
        except: &[],
        instead: "the thing itself: ‘the existing rows’",
    },
    Pattern {
        forms: &["is no", "are no", "was no", "were no"],
        except: &[
            "there is no",
            "there are no",
            "there was no",
            "there were no",
            "is no longer",
            "are no longer",
            "was no longer",
            "were no longer",
            "is no more than",
            "are no more than",
        ],
        instead: "‘is not a …’ or ‘has no …’",
    },
    Pattern {
        forms: &[
            "none where",
            "`none` where",
            "null where",
            "`null` where",
            "nothing where",
            "empty where",
        ],
        except: &[],
        instead: "‘if’ or ‘when’; ‘where’ is for places",
    },
    Pattern {
        forms: &["wish", "wishes", "wished"],
        except: &[],
        instead: "‘request’, ‘consent’ or ‘preferred language’",
    },
    Pattern {
        forms: &["undecided"],
        except: &[],
        instead: "‘pending’ or ‘expired’",
    },
];

/// Words that open a clause without a subject. A doc comment begins with what the item is (a noun
/// phrase) or does (a verb in the third person).
pub(super) const HEADLESS: &[&str] = &["who", "whom", "whose", "what", "where", "why", "which"];
