//! What becomes of a call that is not to wait for an agent.

use serde::{Deserialize, Serialize};

/// A call action.
///
/// Voice mail and telephone numbers are SIP URIs here, as a gateway shows them. Prompts and
/// questions are not modelled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// The call is ended.
    #[default]
    Terminate,
    /// The call waits in another queue.
    TransferToQueue(String),
    /// The call is connected to a SIP URI, or to the user of that name.
    TransferToUri(String),
}
