//! What a fault says of itself.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{self, DeserializeSeed, EnumAccess, VariantAccess as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::FAULTS;
use super::action::Action;
use super::affected::Affected;
use super::registry::NAMES;

/// A kind of fault: a way to take hosts away.
#[derive(Clone, Copy)]
pub struct FaultKind {
    name: &'static str,
    about: &'static str,
    actions: fn(&Affected<'_>) -> Vec<Action>,
}

impl FaultKind {
    /// A fault of this name, with what it does, in a clause, and the actions that bring it about,
    /// in order. Undone in the opposite order, it is healed.
    pub const fn new(
        name: &'static str,
        about: &'static str,
        actions: fn(&Affected<'_>) -> Vec<Action>,
    ) -> Self {
        FaultKind {
            name,
            about,
            actions,
        }
    }

    /// The word that files and reports use.
    pub const fn word(self) -> &'static str {
        self.name
    }

    /// What it does, in a clause.
    pub const fn about(self) -> &'static str {
        self.about
    }

    /// What a lab does to bring it about, in order.
    pub(super) fn actions(self, affected: &Affected<'_>) -> Vec<Action> {
        (self.actions)(affected)
    }
}

impl PartialEq for FaultKind {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for FaultKind {}

impl fmt::Debug for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FaultKind({})", self.name)
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

impl Serialize for FaultKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}

impl<'de> Deserialize<'de> for FaultKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_enum("FaultKind", &NAMES, AmongFaults)
    }
}

/// Reads a name as one of a closed set, so that parsers tell where an unknown one stands.
struct AmongFaults;

impl<'de> Visitor<'de> for AmongFaults {
    type Value = FaultKind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a fault")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, name: A) -> Result<FaultKind, A::Error> {
        let (fault, nothing_else) = name.variant_seed(self)?;
        nothing_else.unit_variant()?;
        Ok(fault)
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<FaultKind, E> {
        let unknown = || E::unknown_variant(name, &NAMES);
        FAULTS.named(name).ok_or_else(unknown)
    }
}

impl<'de> DeserializeSeed<'de> for AmongFaults {
    type Value = FaultKind;

    fn deserialize<D: Deserializer<'de>>(self, name: D) -> Result<FaultKind, D::Error> {
        name.deserialize_identifier(self)
    }
}

impl JsonSchema for FaultKind {
    fn schema_name() -> Cow<'static, str> {
        "FaultKind".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        FAULTS.schema()
    }
}
