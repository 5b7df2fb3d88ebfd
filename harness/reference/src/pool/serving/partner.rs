//! What is known of the partner.

use crate::store::directory::Directory;
use crate::store::record::{Epoch, ServingRecord};

/// What is known of the partner.
#[derive(Debug, Default)]
pub(super) struct Partner {
    /// Its record, as it was last heard.
    pub(super) record: Option<ServingRecord>,
    /// How often it was heard, for which only mutants care.
    pub(super) heard: u32,
    /// Its directory, as it was last heard, in this life or an earlier one.
    pub(super) directory: Directory,
    /// The version of this pool's directory that it has.
    pub(super) holds: u64,
}

impl Partner {
    /// The highest epoch that the partner's own groups are known to have.
    pub(super) fn epoch(&self) -> Epoch {
        self.record
            .map(|record| record.owner.epoch)
            .unwrap_or_default()
    }

    /// Takes a record, unless it is older than what is known already: messages that waited in a
    /// buffer come late.
    pub(super) fn learn(&mut self, record: ServingRecord) {
        self.heard = self.heard.saturating_add(1);
        let is_older = self.record.is_some_and(|known| {
            record.owner.epoch < known.owner.epoch || record.stand_in.epoch < known.stand_in.epoch
        });
        if !is_older {
            self.record = Some(record);
        }
    }
}
