//! Faults as files name them: one of [`FAULTS`], and nothing else.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{self, DeserializeSeed, EnumAccess, VariantAccess as _, Visitor};
use serde::{Deserialize, Deserializer};

use super::FAULTS;
use super::kind::FaultKind;
use super::registry::NAMES;

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
