//! What management surfaces list.

use serde::Serialize;

use super::object::{Object, PoolName};

/// Which objects of a pool are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    /// Those that belong to the pool itself: neither owner nor "show all" was given.
    Own,
    /// Those that belong to this pool.
    OwnedBy(PoolName),
    /// All.
    All,
}

/// A row of a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) owner: PoolName,
    pub(crate) parent: PoolName,
    pub(crate) description: String,
}

impl Filter {
    /// Whether an object that `parent` keeps is asked for.
    pub(crate) fn lets_through(&self, object: &Object, parent: &PoolName) -> bool {
        match self {
            Filter::Own => object.owner == *parent,
            Filter::OwnedBy(owner) => object.owner == *owner,
            Filter::All => true,
        }
    }
}

/// The rows of a listing of `parent`'s objects, by name.
pub(crate) fn rows<'a>(
    objects: impl IntoIterator<Item = &'a Object>,
    parent: &PoolName,
    filter: &Filter,
) -> Vec<Row> {
    let asked = objects
        .into_iter()
        .filter(|object| filter.lets_through(object, parent));
    let mut rows: Vec<Row> = asked
        .map(|object| Row {
            name: object.name.clone(),
            owner: object.owner.clone(),
            parent: parent.clone(),
            description: object.description.clone(),
        })
        .collect();
    rows.sort_by(|a, b| (&a.name, &a.owner).cmp(&(&b.name, &b.owner)));
    rows
}
