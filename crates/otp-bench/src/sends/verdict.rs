//! What a scenario was to reach, and what it did.

use std::fmt;

use serde_json::{Value, json};

/// One figure and its bound.
#[derive(Debug, Clone)]
pub(crate) struct Verdict {
    what: String,
    measured: f64,
    bound: Bound,
}

/// Which side of the figure is good.
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
    fn a_bound_itself_is_reached() {
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
