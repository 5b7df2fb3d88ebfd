//! What is done in a walk beside what its programme says: drawn from the seed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Span;

/// Things that are done at random: who calls whom and for how long, who holds a call, signs in or changes a group, and
/// how agents behave, from the beginning of each stage to its end. Whoever the programme names, and each group that it
/// names, is left alone.
///
/// It is looked for what is wrong, wherever it may be. A clause of which such a walk happens to observe nothing is left
/// to the other walks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Random {
    /// After how long the next thing is begun, on average.
    pub every: Span,
}
