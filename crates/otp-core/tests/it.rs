//! The tests of the rules from outside.

#[path = "it/phone_corpus.rs"]
mod phone_corpus;
