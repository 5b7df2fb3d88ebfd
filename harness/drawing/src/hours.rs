//! When things are done: a stage's clock runs a little unevenly, and everybody takes a moment.
//!
//! The clock is one for all who act in a stage. So whatever was written down to be after something
//! else still is, by nearly as much, the end of a call included; and yet no two walks do anything at the same time.

use model::Span;
use model::programme::{Act, Step};

use crate::lots::Lots;

/// How far the clock may be ahead or behind, in milliseconds.
const MOST: i64 = 40;

/// How often it changes, in milliseconds: what is closer together stays nearly as far apart.
const EVERY: i64 = 1_000;

/// Everybody takes less than this to begin, in milliseconds.
const MOMENT: usize = 9;

/// Moves the steps of one stage.
pub(crate) fn shift(steps: &mut [Step], lots: &mut Lots) {
    let end = steps.iter().map(end_of).max().unwrap_or_default();
    let clock = Clock::drawn_by(lots, end);
    let mut order: Vec<&mut Step> = steps.iter_mut().collect();
    order.sort_by_key(|step| step.at);
    let mut before = 0;
    for step in order {
        let end = clock.shows(end_of(step));
        let moment = i64::try_from(lots.below(MOMENT)).unwrap_or_default();
        let at = (clock.shows(millis(step.at)) + moment).max(before);
        before = at;
        step.at = span(at);
        if let Act::Call {
            lasting: Some(lasting),
            ..
        } = &mut step.act
        {
            *lasting = span((end - at).max(1));
        }
    }
}

/// When a step is over: a call when it is hung up.
fn end_of(step: &Step) -> i64 {
    let lasting = match &step.act {
        Act::Call {
            lasting: Some(lasting),
            ..
        } => millis(*lasting),
        _ => 0,
    };
    millis(step.at) + lasting
}

/// A clock that runs a little unevenly.
struct Clock {
    /// How far it is ahead at each [`EVERY`].
    ahead: Vec<i64>,
}

impl Clock {
    /// One that runs until `end`. At the beginning it is not behind: nothing is before its stage.
    fn drawn_by(lots: &mut Lots, end: i64) -> Clock {
        let later = (0..=end / EVERY)
            .map(|_| lots.within(MOST))
            .collect::<Vec<_>>();
        let first = lots.within(MOST).abs();
        Clock {
            ahead: [first].into_iter().chain(later).collect(),
        }
    }

    /// What it shows at a time.
    fn shows(&self, time: i64) -> i64 {
        let (n, since) = (time / EVERY, time % EVERY);
        let ahead = |n: i64| {
            let n = usize::try_from(n).unwrap_or_default();
            self.ahead
                .get(n)
                .or(self.ahead.last())
                .copied()
                .unwrap_or_default()
        };
        let (from, to) = (ahead(n), ahead(n + 1));
        (time + from + (to - from) * since / EVERY).max(0)
    }
}

fn millis(span: Span) -> i64 {
    i64::try_from(span.get().as_millis()).unwrap_or(i64::MAX / 4)
}

fn span(millis: i64) -> Span {
    Span::from_millis(u64::try_from(millis).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use model::programme::Offers;

    use super::*;

    fn call(at: u64, lasting: u64) -> Step {
        Step {
            at: Span::from_millis(at),
            act: Act::Call {
                by: "a".to_owned(),
                to: "b".to_owned(),
                offers: Offers::default(),
                lasting: Some(Span::from_millis(lasting)),
            },
            only: None,
        }
    }

    proptest! {
        #[test]
        fn what_was_after_something_else_still_is_and_by_nearly_as_much(
            seed: u64,
            calls in prop::collection::vec((0_u64..9_000, 300_u64..5_000), 1..20),
        ) {
            let written: Vec<Step> = calls.iter().map(|(at, lasting)| call(*at, *lasting)).collect();
            let mut drawn = written.clone();
            shift(&mut drawn, &mut Lots::of(seed, "walk"));
            for (written, drawn) in written.iter().zip(&drawn) {
                prop_assert!((millis(written.at) - millis(drawn.at)).abs() <= MOST + MOMENT as i64);
                prop_assert!((end_of(written) - end_of(drawn)).abs() <= MOST);
            }
            for (one, other) in (0..calls.len()).flat_map(|n| (0..calls.len()).map(move |m| (n, m))) {
                let (first, second) = (&written[one], &written[other]);
                if first.at < second.at {
                    prop_assert!(drawn[one].at <= drawn[other].at);
                }
                let gap = millis(second.at) - end_of(first);
                if gap >= 0 {
                    let gap_drawn = millis(drawn[other].at) - end_of(&drawn[one]);
                    prop_assert!(gap_drawn >= gap * 9 / 10 - 1, "{gap_drawn} of {gap}");
                }
            }
        }
    }
}
