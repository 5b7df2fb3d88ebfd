//! What an import changes, or why it changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::cache::Store;
use super::entry::{Change, Entry};
use super::export::{ExportError, ExportFile};
use super::limits::ObjectError;
use super::object::{Kind, Object, PoolName};

/// An import: the file, and what the administrator says about it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Import {
    /// Whether the destination becomes the owner.
    #[serde(default)]
    pub(crate) overwrite_owner: bool,
    /// Whether the destination's settings are replaced by the file's.
    #[serde(default)]
    pub(crate) replace_settings: bool,
    /// Whether an object whose name is taken gets another one.
    #[serde(default)]
    pub(crate) resolve_names: bool,
    /// The export.
    pub(crate) file: ExportFile,
}

/// Where something is imported into.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Destination<'a> {
    pub(crate) store: &'a Store,
    pub(crate) here: &'a PoolName,
    pub(crate) partner: Option<&'a PoolName>,
}

/// What an import changes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plan {
    pub(crate) changes: Vec<Change>,
    /// How many objects are imported.
    pub(crate) imported: usize,
    /// Whether the destination's own groups are among them.
    pub(crate) touches: Touched,
}

/// Whose groups an import writes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Touched {
    /// Copies of another pool's groups only.
    Copies,
    /// The destination's own groups.
    Own,
}

/// Why an import changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ImportError {
    #[error(transparent)]
    File(#[from] ExportError),
    #[error(transparent)]
    Object(#[from] ObjectError),
    #[error("the file holds the {} `{name}` twice", .kind.word())]
    Twice { kind: Kind, name: String },
    #[error("the name `{name}` is taken: the {} of that name belongs to {owner}", .kind.word())]
    NameTaken {
        kind: Kind,
        name: String,
        owner: PoolName,
    },
    #[error(
        "`{name}` belongs to {owner}: it can be imported into {here} only if its owner is overwritten"
    )]
    OwnerMustBeOverwritten {
        name: String,
        owner: PoolName,
        here: PoolName,
    },
}

impl Import {
    /// Plans the import.
    ///
    /// A name is taken if in the destination it belongs to an object of another owner. What has
    /// the same owner and the same identity, or the same owner and the same name, is replaced.
    pub(crate) fn plan(self, destination: Destination<'_>) -> Result<Plan, ImportError> {
        let settings = self.replace_settings.then(|| self.file.settings.clone());
        let mut objects = self.file.into_objects()?;
        check(&mut objects, destination.store)?;
        let mut changes = Vec::new();
        let mut renamed = BTreeMap::new();
        let mut names: BTreeSet<(Kind, String)> = objects
            .iter()
            .map(|object| (object.kind(), object.name.clone()))
            .collect();
        for object in &mut objects {
            if !self.overwrite_owner {
                destination.may_keep_owner(object)?;
            }
            if let Some(taken) = destination.taken(object) {
                if !self.resolve_names {
                    return Err(taken);
                }
                let name = destination.free_name(object, &names);
                names.insert((object.kind(), name.clone()));
                renamed.insert((object.kind(), object.name.clone()), name);
            }
            changes.extend(destination.replaced(object));
        }
        for object in &mut objects {
            rename(object, &renamed);
            if self.overwrite_owner {
                object.owner = destination.here.clone();
            }
        }
        let own = objects
            .iter()
            .any(|object| object.owner == *destination.here);
        let imported = objects.len();
        let puts = objects.into_iter().map(Box::new).map(Entry::Object);
        changes.extend(puts.chain(settings.map(Entry::Settings)).map(Change::Put));
        let touches = if own { Touched::Own } else { Touched::Copies };
        Ok(Plan {
            changes,
            imported,
            touches,
        })
    }
}

impl Destination<'_> {
    /// A copy stays its owner's only where that is this pool's partner; and this pool's own groups
    /// come back as its own only if it still has them.
    fn may_keep_owner(&self, object: &Object) -> Result<(), ImportError> {
        let known = if object.owner == *self.here {
            self.store.object(&object.key()).is_some()
        } else {
            Some(&object.owner) == self.partner
        };
        if known {
            return Ok(());
        }
        Err(ImportError::OwnerMustBeOverwritten {
            name: object.name.clone(),
            owner: object.owner.clone(),
            here: self.here.clone(),
        })
    }

    /// Whether an object has the identity of `incoming`, or had it before this pool was made its
    /// owner by an earlier import.
    fn is_same(&self, existing: &Object, incoming: &Object) -> bool {
        existing.id == incoming.id
            && (existing.owner == incoming.owner || existing.owner == *self.here)
    }

    fn taken(&self, incoming: &Object) -> Option<ImportError> {
        let existing = self
            .store
            .named(incoming.kind(), &incoming.name)
            .find(|existing| {
                existing.owner != incoming.owner && !self.is_same(existing, incoming)
            })?;
        Some(ImportError::NameTaken {
            kind: existing.kind(),
            name: existing.name.clone(),
            owner: existing.owner.clone(),
        })
    }

    /// The name with the lowest number that makes it free.
    fn free_name(&self, object: &Object, names: &BTreeSet<(Kind, String)>) -> String {
        let kind = object.kind();
        let numbered = (1u32..).map(|number| format!("{}{number}", object.name));
        numbered
            .filter(|name| !names.contains(&(kind, name.clone())))
            .find(|name| self.store.named(kind, name).next().is_none())
            .unwrap_or_else(|| object.name.clone())
    }

    /// The changes that remove what `incoming` replaces. Sign-ins stay: they are not part of the
    /// configuration, and an agent does not sign in anew because a description was changed.
    fn replaced(&self, incoming: &Object) -> Vec<Change> {
        use super::entry::EntryKey;
        let same_kind = self.store.objects_of(incoming.kind());
        same_kind
            .filter(|existing| {
                let same_name = existing.name == incoming.name && existing.owner == incoming.owner;
                same_name || self.is_same(existing, incoming)
            })
            .map(|existing| Change::Delete(EntryKey::Object(existing.key())))
            .collect()
    }
}

/// Checks limits, duplicates and references.
fn check(objects: &mut [Object], store: &Store) -> Result<(), ImportError> {
    let mut names = BTreeSet::new();
    for object in objects.iter() {
        object.check()?;
        if !names.insert((object.kind(), object.name.clone())) {
            return Err(ImportError::Twice {
                kind: object.kind(),
                name: object.name.clone(),
            });
        }
    }
    for object in objects {
        for (kind, missing) in object.spec.references() {
            let known = names.contains(&(kind, missing.clone()))
                || store.named(kind, missing).next().is_some();
            if !known {
                let (name, missing) = (object.name.clone(), missing.clone());
                return Err(ObjectError::Dangling {
                    name,
                    kind,
                    missing,
                }
                .into());
            }
        }
    }
    Ok(())
}

/// Gives an object, and what it refers to, their new names.
fn rename(object: &mut Object, renamed: &BTreeMap<(Kind, String), String>) {
    if let Some(name) = renamed.get(&(object.kind(), object.name.clone())) {
        object.name = name.clone();
    }
    for (kind, name) in object.spec.references() {
        if let Some(new) = renamed.get(&(kind, name.clone())) {
            *name = new.clone();
        }
    }
}

#[cfg(test)]
mod tests;
