//! The values of groups.

use std::collections::BTreeMap;

use model::topology::Pool;
use model::verb::Verb;

use super::register::{Register, Write};
use super::{
    ByKey, Copy, Reading, WrongRead, WrongReading, before_all, copy_of, shown, shows_us, span,
    write,
};
use crate::rows;
use timeline::Timeline;
use timeline::operation::{Operation, last_by};

/// All values of groups that were read wrong.
pub(crate) fn wrong_values(timeline: &Timeline) -> Vec<WrongReading> {
    let values = Values::of(timeline);
    let groups = timeline.topology.groups.iter();
    let copies = groups.flat_map(|group| Pool::BOTH.map(|parent| (group.name.as_str(), parent)));
    copies.flat_map(|copy| values.wrong(copy)).collect()
}

/// All changes of values, and what listings showed of them.
struct Values<'t> {
    timeline: &'t Timeline,
    changes: ByKey<Copy<'t>, &'t Operation>,
    /// The same changes, by the value, and by value and group.
    to: ByKey<&'t str, &'t Operation>,
    of_group_to: ByKey<(&'t str, &'t str), &'t Operation>,
    read: ByKey<Copy<'t>, Reading<'t, &'t str>>,
    /// Imports into a pool that were done or may have been, and the exports from it that were.
    imports: ByKey<Pool, &'t Operation>,
    exports: ByKey<Pool, &'t Operation>,
}

impl<'t> Values<'t> {
    fn of(timeline: &'t Timeline) -> Self {
        let mut values = Values {
            timeline,
            changes: BTreeMap::new(),
            to: BTreeMap::new(),
            of_group_to: BTreeMap::new(),
            read: BTreeMap::new(),
            imports: BTreeMap::new(),
            exports: BTreeMap::new(),
        };
        for operation in &timeline.operations {
            values.take(operation);
        }
        values
    }

    fn take(&mut self, operation: &'t Operation) {
        let is_done = operation.done().is_some();
        match operation.verb {
            Verb::Modify => self.take_change(operation),
            Verb::List if is_done => self.take_listing(operation),
            Verb::Import if is_done || operation.is_unanswered() => {
                self.imports
                    .entry(operation.at)
                    .or_default()
                    .push(operation);
            }
            Verb::Export if is_done => {
                self.exports
                    .entry(operation.at)
                    .or_default()
                    .push(operation);
            }
            _ => {}
        }
    }

    fn take_change(&mut self, change: &'t Operation) {
        if let Some(copy) = copy_of(change) {
            self.changes.entry(copy).or_default().push(change);
        }
        if let Some(value) = change.about.value.as_deref() {
            self.to.entry(value).or_default().push(change);
            if let Some(group) = change.about.group.as_deref() {
                self.of_group_to
                    .entry((value, group))
                    .or_default()
                    .push(change);
            }
        }
    }

    fn take_listing(&mut self, listing: &'t Operation) {
        for row in listing.rows().unwrap_or_default() {
            let copy = shown(self.timeline, row).filter(|_| rows::is_asked_for(listing, row));
            if let (Some(copy), Some(value)) = (copy, row.value.as_deref()) {
                self.read.entry(copy).or_default().push(Reading {
                    operation: listing,
                    row,
                    value,
                });
            }
        }
    }

    /// What was read wrong of a copy.
    fn wrong(&self, copy: Copy<'t>) -> Vec<WrongReading> {
        let Some(read) = self.read.get(&copy) else {
            return Vec::new();
        };
        let register = self.register(copy);
        let wrong = read.iter();
        wrong
            .filter(|reading| !register.allows(&reading.value, reading.span()))
            .filter_map(|reading| self.explained(&register, reading))
            .collect()
    }

    fn register(&self, copy: Copy<'t>) -> Register<'t, &'t str> {
        let (group, parent) = copy;
        let changes = self.changes.get(&copy).into_iter().flatten();
        let written = changes
            .filter_map(|change| write(self.timeline, change, change.about.value.as_deref()?));
        let mut writes: Vec<Write<'t, &'t str>> = written.collect();
        let owner = self.timeline.owner(group);
        if owner.is_some_and(|owner| owner != parent) {
            writes.extend(self.imported(copy));
        }
        let read = self.read.get(&copy).map_or(&[][..], Vec::as_slice);
        let initial = before_all(read, &writes);
        Register::of(initial.map(|reading| reading.value), &writes)
    }

    /// What imports wrote to a copy: what the original had when it was exported last.
    fn imported(&self, (group, parent): Copy<'t>) -> Vec<Write<'t, &'t str>> {
        let Some(imports) = self.imports.get(&parent) else {
            return Vec::new();
        };
        let original = self.register((group, parent.partner()));
        let exports = self.exports.get(&parent.partner());
        let imports = imports.iter();
        imports
            .map(|import| {
                let mut exports = exports.into_iter().flatten();
                let exported =
                    exports.rfind(|export| export.done().is_some_and(|done| done < import.invoked));
                Write {
                    invoked: import.invoked,
                    ended: import.done(),
                    shows_us: import
                        .done()
                        .map(|done| shows_us(self.timeline, done, parent)),
                    values: exported.and_then(|export| original.allowed(span(export))),
                    change: None,
                }
            })
            .collect()
    }

    /// A wrong reading, with the change of which it comes, if that is known.
    fn explained(
        &self,
        register: &Register<'t, &'t str>,
        reading: &Reading<'t, &'t str>,
    ) -> Option<WrongReading> {
        let (row, value) = (reading.row, reading.value);
        let (invoked, read) = reading.span();
        // Where the value was never this copy's, whatever set it was refused, or set another.
        let elsewhere = || {
            let of_group = self.of_group_to.get(&(value, row.group.as_str()));
            let of_group = of_group.and_then(|changes| last_by(changes, read));
            of_group.or_else(|| last_by(self.to.get(value)?, read))
        };
        let change = match register.ever_held(&value) {
            true => None,
            false => elsewhere(),
        };
        let change = change.or_else(|| register.last_change(invoked));
        let name = format!("`{}` in the {}", row.group, row.parent.word());
        let reading = WrongRead {
            row,
            span: (invoked, read),
            shows: format!("the list at {read} shows `{value}` for {name}"),
            nobody: "which nobody set",
        };
        reading.counted_against(self.timeline, change)
    }
}
