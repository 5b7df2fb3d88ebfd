//! Places within a JSON document.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

/// A JSON Pointer (RFC 6901): `/error`, `/rows/0/name`, or an empty text for the whole document.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema)]
#[schemars(transparent)]
pub struct Pointer(#[schemars(pattern(r"^(/.*)?$"))] String);

/// A text that is neither empty nor begins with a slash.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no JSON pointer: write `/` and a member's name, as in `/error`, or nothing at all for the whole answer"
)]
pub struct PointerError(String);

impl Pointer {
    /// What stands there; nothing if the document has no such path.
    pub fn of<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        document.pointer(&self.0)
    }

    /// Whether it is the whole document.
    pub fn is_whole(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromStr for Pointer {
    type Err = PointerError;

    fn from_str(text: &str) -> Result<Self, PointerError> {
        if text.is_empty() || text.starts_with('/') {
            Ok(Pointer(text.to_owned()))
        } else {
            Err(PointerError(text.to_owned()))
        }
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<'de> Deserialize<'de> for Pointer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}
