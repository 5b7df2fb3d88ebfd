//! A register: what may be read of it, by what was written, found by time.

use std::collections::BTreeMap;

use timeline::operation::Operation;
use timeline::position::Position;
use timeline::spans::{AT_ONCE, Spans};

/// Something that was written or may have been.
#[derive(Clone, Debug)]
pub(super) struct Write<'t, V> {
    pub(super) invoked: Position,
    /// By when it was carried out, if it ever was; absent: nobody knows.
    pub(super) ended: Option<Position>,
    /// From when on it must be read, in microseconds; absent: it may have been written.
    pub(super) shows_us: Option<u64>,
    /// What was written; of several, one of them. Absent: anything.
    pub(super) values: Option<Vec<V>>,
    /// The change, if one was made.
    pub(super) change: Option<&'t Operation>,
}

/// All writes to one thing.
#[derive(Clone, Debug)]
pub(super) struct Register<'t, V> {
    /// What was there before; absent: nobody looked.
    initial: Option<V>,
    /// By value, from when it may have been there, each time that it was written, to when it was.
    held: BTreeMap<V, Spans<()>>,
    /// The same of what may be anything.
    unknown: Spans<()>,
    /// What must be read, in the order of the instants from which on it must.
    shown: Vec<Shown<'t>>,
}

/// What must be read from an instant on.
#[derive(Clone, Copy, Debug)]
struct Shown<'t> {
    from: Instant,
    /// Of all that must be read then, the write that was asked for last.
    last: (Position, Option<&'t Operation>),
}

/// A time, in microseconds, and the line behind which it is; none: it is before all lines of that time.
type Instant = (u64, Option<u64>);

impl<'t, V: Copy + Ord> Register<'t, V> {
    pub(super) fn of(initial: Option<V>, writes: &[Write<'t, V>]) -> Self {
        let mut held: BTreeMap<V, Vec<_>> = BTreeMap::new();
        let mut unknown = Vec::new();
        for write in writes {
            let span = (write.invoked, write.ended, ());
            match &write.values {
                None => unknown.push(span),
                Some(values) => {
                    for value in values {
                        held.entry(*value).or_default().push(span);
                    }
                }
            }
        }
        let held = held.into_iter();
        Register {
            initial,
            held: held
                .map(|(value, spans)| (value, spans.into_iter().collect()))
                .collect(),
            unknown: unknown.into_iter().collect(),
            shown: shown(writes),
        }
    }

    /// What must be read at an instant, if anything must.
    fn must_show(&self, read: Position) -> Option<(Position, Option<&'t Operation>)> {
        let read = (read.t_us, Some(read.n));
        let count = self.shown.partition_point(|shown| shown.from < read);
        Some(self.shown.get(count.checked_sub(1)?)?.last)
    }

    /// From when to when something was written that may be read between these positions: asked for by the end,
    /// and not over before another was asked for that must be read.
    fn open(&self, (invoked, ended): (Position, Position)) -> (Position, Position) {
        let over = self.must_show(invoked).map(|(position, _)| position);
        (ended, over.unwrap_or_default())
    }

    /// Whether this may be read between these positions.
    pub(super) fn allows(&self, value: &V, read: (Position, Position)) -> bool {
        let (by, beyond) = self.open(read);
        let is_open = |spans: &Spans<()>| spans.lasting(by, beyond).next().is_some();
        let of_before = || match self.initial {
            _ if self.must_show(read.0).is_some() => false,
            None => true,
            Some(initial) => initial == *value,
        };
        is_open(&self.unknown) || self.held.get(value).is_some_and(is_open) || of_before()
    }

    /// What may be read between these positions; absent: anything. Anything it is, too, where it is one of more
    /// than [`AT_ONCE`]: nobody has answered to as many changes.
    pub(super) fn allowed(&self, read: (Position, Position)) -> Option<Vec<V>> {
        let (by, beyond) = self.open(read);
        let is_open = |spans: &Spans<()>| spans.lasting(by, beyond).next().is_some();
        if is_open(&self.unknown) {
            return None;
        }
        let before = match self.must_show(read.0) {
            Some(_) => None,
            None => Some(self.initial?),
        };
        let written = self.held.iter().filter(|(_, spans)| is_open(spans));
        let written = written.map(|(value, _)| *value);
        let allowed = before.into_iter().chain(written).take(AT_ONCE + 1);
        let allowed: Vec<V> = allowed.collect();
        (allowed.len() <= AT_ONCE).then_some(allowed)
    }

    /// Whether this was there at any time.
    pub(super) fn ever_held(&self, value: &V) -> bool {
        self.initial.as_ref() == Some(value) || self.held.contains_key(value)
    }

    /// The last change that must be read.
    pub(super) fn last_change(&self, read: Position) -> Option<&'t Operation> {
        self.must_show(read)?.1
    }
}

/// What must be read, in the order of the instants from which on it must.
fn shown<'t, V>(writes: &[Write<'t, V>]) -> Vec<Shown<'t>> {
    let must = writes.iter().filter_map(|write| {
        let (ended, shows_us) = (write.ended?, write.shows_us?);
        Some(Shown {
            // Behind its end, and not before it shows.
            from: (ended.t_us, Some(ended.n)).max((shows_us, None)),
            last: (write.invoked, write.change),
        })
    });
    let mut shown: Vec<Shown<'t>> = must.collect();
    shown.sort_by_key(|shown| shown.from);
    let mut last: Option<(Position, Option<&'t Operation>)> = None;
    for shown in &mut shown {
        let later = last.filter(|(invoked, _)| *invoked > shown.last.0);
        shown.last = later.unwrap_or(shown.last);
        last = Some(shown.last);
    }
    shown
}
