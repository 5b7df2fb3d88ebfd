//! Spans of time in the order in which they began, so linked that those which go on at an instant are found
//! without a look at all that began before.

use crate::position::Position;

/// Of what goes on at once at one agent or in one group, so many are looked at: those that began last. A walk
/// with more is read in a time that grows as its lines do, and not as their square.
pub const AT_ONCE: usize = 200;

/// After every line: lines are numbered from 0 without gaps, and no walk has as many.
const NEVER: Position = Position {
    t_us: u64::MAX,
    n: u64::MAX,
};

/// From when to when something lasted.
#[derive(Clone, Copy, Debug)]
struct Span<T> {
    begin: Position,
    /// [`NEVER`], where it was not over yet.
    end: Position,
    of: T,
    /// How many spans there are up to the last one before that ends later: between the two none does.
    up_to_later: usize,
}

/// Spans, in the order in which they began, and what each is of.
#[derive(Clone, Debug)]
pub struct Spans<T>(Vec<Span<T>>);

impl<T> Default for Spans<T> {
    fn default() -> Self {
        Spans(Vec::new())
    }
}

/// Of when each began, and when it was over, if it was.
impl<T: Copy> FromIterator<(Position, Option<Position>, T)> for Spans<T> {
    fn from_iter<I: IntoIterator<Item = (Position, Option<Position>, T)>>(spans: I) -> Self {
        let spans = spans.into_iter().map(|(begin, end, of)| Span {
            begin,
            end: end.unwrap_or(NEVER),
            of,
            up_to_later: 0,
        });
        let mut spans = Spans(spans.collect());
        spans.0.sort_by_key(|span| span.begin);
        for place in 0..spans.0.len() {
            let end = spans.0[place].end;
            spans.0[place].up_to_later = spans.up_to_later(place, end);
        }
        spans
    }
}

impl<T: Copy> Spans<T> {
    /// How many of the first so many spans there are up to the last one that ends after this.
    fn up_to_later(&self, mut count: usize, end: Position) -> usize {
        while let Some(last) = count.checked_sub(1).map(|last| self.0[last]) {
            if last.end > end {
                break;
            }
            count = last.up_to_later;
        }
        count
    }

    /// How many have begun by then.
    fn begun_by(&self, at: Position) -> usize {
        self.0.partition_point(|span| span.begin <= at)
    }

    /// Those that have begun by then and end after another instant, the one that began last first.
    pub fn lasting(&self, begun_by: Position, beyond: Position) -> impl Iterator<Item = T> {
        let mut count = self.begun_by(begun_by);
        std::iter::from_fn(move || {
            count = self.up_to_later(count, beyond).checked_sub(1)?;
            Some(self.0[count].of)
        })
    }

    /// The latest end of those that began between two instants and are meant; later than any line, if one
    /// goes on.
    pub(crate) fn latest_end(
        &self,
        (since, by): (Position, Position),
        is_meant: impl Fn(T) -> bool,
    ) -> Option<Position> {
        let first = self.0.partition_point(|span| span.begin < since);
        let mut count = self.begun_by(by);
        let mut latest = None;
        while count > first {
            let last = self.0[count - 1];
            if Some(last.end) > latest && !is_meant(last.of) {
                count -= 1;
                continue;
            }
            latest = latest.max(Some(last.end));
            count = last.up_to_later;
        }
        latest
    }

    /// Those that began after the first of two instants, and by the other.
    pub(crate) fn begun_within(
        &self,
        (after, by): (Position, Position),
    ) -> impl DoubleEndedIterator<Item = T> {
        let (first, end) = (self.begun_by(after), self.begun_by(by));
        let begun = self.0.get(first..end).unwrap_or_default();
        begun.iter().map(|span| span.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::CallEnd;

    /// Instants from 1 to this one are asked for; where a span ends after it, it has not ended.
    const LAST: u64 = 5;

    fn at(t_us: u64) -> Position {
        Position { t_us, n: 0 }
    }

    /// When the spans begin, each of the number of its place.
    const BEGINS: [u64; 4] = [1, 2, 3, 4];

    /// All ways in which they can end.
    fn all() -> impl Iterator<Item = [(usize, u64, u64); 4]> {
        let choices = LAST + 1;
        let ways = (0..choices.pow(4)).map(move |way| {
            let end = |place: u32| 1 + way / choices.pow(place) % choices;
            let ends = [end(0), end(1), end(2), end(3)];
            [0, 1, 2, 3].map(|number| (number, BEGINS[number], ends[number]))
        });
        ways.filter(|spans| spans.iter().all(|(_, begin, end)| begin <= end))
    }

    /// They may be given in any order.
    fn linked(spans: [(usize, u64, u64); 4]) -> Spans<CallEnd> {
        let spans = spans.into_iter().rev().map(|(number, begin, end)| {
            let end = (end <= LAST).then_some(at(end));
            (at(begin), end, CallEnd::Caller(number))
        });
        spans.collect()
    }

    #[test]
    fn those_that_go_on_are_found_as_if_all_were_looked_at() {
        for spans in all() {
            let linked = linked(spans);
            for (by, beyond) in (0..=LAST).flat_map(|by| (0..=LAST).map(move |at| (by, at))) {
                let goes_on = |(_, begin, end): &&(usize, u64, u64)| *begin <= by && *end > beyond;
                let expected = spans.iter().rev().filter(goes_on);
                let expected: Vec<CallEnd> = expected
                    .map(|(number, ..)| CallEnd::Caller(*number))
                    .collect();
                let found: Vec<CallEnd> = linked.lasting(at(by), at(beyond)).collect();
                assert_eq!(found, expected, "{spans:?} by {by} beyond {beyond}");
            }
        }
    }

    #[test]
    fn the_latest_end_is_found_as_if_all_were_looked_at() {
        let meant = [
            [true; 4],
            [true, false, true, false],
            [false, true, true, false],
        ];
        for (spans, meant) in all().flat_map(|spans| meant.map(|meant| (spans, meant))) {
            let linked = linked(spans);
            for (since, by) in (0..=LAST).flat_map(|since| (0..=LAST).map(move |by| (since, by))) {
                let counts = |(number, begin, _): &&(usize, u64, u64)| {
                    meant[*number] && (since..=by).contains(begin)
                };
                let expected = spans.iter().filter(counts).map(|(.., end)| *end).max();
                let found = linked.latest_end(
                    (at(since), at(by)),
                    |end| matches!(end, CallEnd::Caller(number) if meant[number]),
                );
                let found = found.map(|end| end.t_us.min(LAST + 1));
                assert_eq!(
                    found, expected,
                    "{spans:?} within {since}..={by}, {meant:?}"
                );
            }
        }
    }
}
