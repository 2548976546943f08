//! The goals of a scenario, and whether they were reached.

use std::fmt;

use serde_json::{Value, json};

/// A measured figure and its bound.
#[derive(Debug, Clone)]
pub(crate) struct Verdict {
    what: String,
    measured: f64,
    bound: Bound,
}

/// The bound of a figure, and its good side.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Verdict {
    pub(crate) fn new(what: impl Into<String>, measured: f64, bound: Bound) -> Self {
        Self {
            what: what.into(),
            measured,
            bound,
        }
    }

    fn reached(&self) -> bool {
        match self.bound {
            Bound::AtLeast(least) => self.measured >= least,
            Bound::AtMost(most) => self.measured <= most,
        }
    }

    pub(crate) fn json(&self) -> Value {
        let (sense, bound) = match self.bound {
            Bound::AtLeast(least) => ("atLeast", least),
            Bound::AtMost(most) => ("atMost", most),
        };
        json!({
            "what": self.what,
            "measured": self.measured,
            sense: bound,
            "reached": self.reached(),
        })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sense, bound) = match self.bound {
            Bound::AtLeast(least) => ("at least", least),
            Bound::AtMost(most) => ("at most", most),
        };
        let reached = if self.reached() { "reached" } else { "missed " };
        write!(
            f,
            "{reached}  {:>8.2}  ({sense} {bound})  {}",
            self.measured, self.what
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_on_its_bound_is_reached() {
        for (measured, bound, reached) in [
            (6.0, Bound::AtLeast(6.0), true),
            (5.9, Bound::AtLeast(6.0), false),
            (25.0, Bound::AtMost(25.0), true),
            (25.1, Bound::AtMost(25.0), false),
        ] {
            assert_eq!(Verdict::new("it", measured, bound).reached(), reached);
        }
    }
}
