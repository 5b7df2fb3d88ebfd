//! What mutants make of the rows that listings show.

use super::management::Surface;
use super::state::{Listing, Surfaces};
use crate::mutant::Mutant;
use crate::store::agent_group::Participation;
use crate::store::listing::{Filter, Row};
use crate::store::object::PoolName;

impl Surfaces {
    /// What a surface takes for what it was asked for.
    pub(super) fn misheard(&self, surface: Surface, filter: Filter) -> Filter {
        match (surface, self.config.mutant) {
            (Surface::ControlPanel, Some(Mutant::ControlPanelShowsCopies)) => Filter::All,
            (Surface::Shell, Some(Mutant::ShellListsNoCopies)) => Filter::Own,
            (Surface::Shell, Some(Mutant::ShellIgnoresOwner)) => match filter {
                Filter::OwnedBy(_) => Filter::All,
                filter => filter,
            },
            (Surface::Shell, Some(Mutant::ShellShowsCopiesUnasked)) => match filter {
                Filter::Own => Filter::All,
                filter => filter,
            },
            _ => filter,
        }
    }

    /// The rows that are shown for those that there are.
    pub(super) fn misshown(&mut self, listing: &Listing, mut rows: Vec<Row>) -> Vec<Row> {
        let parent = &listing.parent;
        let is_copy = |row: &&mut Row| row.owner != row.parent;
        match self.config.mutant {
            Some(Mutant::GroupListedTwice) => rows.extend(rows.first().cloned()),
            Some(Mutant::GhostListed) => rows.extend(rows.first().map(ghost)),
            Some(Mutant::CopiesListedAsOwn) => {
                let copies = rows.iter_mut().filter(is_copy);
                copies.for_each(|row| row.owner = parent.clone());
            }
            Some(Mutant::CopiesListedInformal) => {
                let treatments = rows.iter_mut().filter(is_copy);
                let treatments = treatments.filter_map(|row| row.treatment.as_mut());
                let groups = treatments.flat_map(|treatment| &mut treatment.agent_groups);
                groups.for_each(|group| group.participation = Participation::Informal);
            }
            Some(Mutant::CopiesListedAtOwner) => {
                let copies = rows.iter_mut().filter(is_copy);
                copies.for_each(|row| row.parent = row.owner.clone());
            }
            Some(Mutant::CopiesListedAsOwnToo) => {
                let mut again: Vec<Row> = rows.clone();
                again.retain(|row| row.owner != row.parent);
                again.iter_mut().for_each(|row| row.owner = parent.clone());
                rows.extend(again);
            }
            Some(Mutant::PanelKeepsFirstDescriptions)
                if listing.surface == Surface::ControlPanel =>
            {
                rows.iter_mut().for_each(|row| self.show_as_first(row));
            }
            _ => {}
        }
        rows
    }

    fn show_as_first(&mut self, row: &mut Row) {
        let Row {
            parent,
            owner,
            name,
            ..
        } = &*row;
        let key: (PoolName, PoolName, String) = (parent.clone(), owner.clone(), name.clone());
        let first = self.first_shown.entry(key);
        row.description = first.or_insert(row.description.clone()).clone();
    }
}

/// A group that there is not, where there is this one.
fn ghost(row: &Row) -> Row {
    Row {
        name: format!("{}-old", row.name),
        ..row.clone()
    }
}
