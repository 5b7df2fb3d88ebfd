//! A target: all that rgdrill knows about an implementation, as its `target.yaml` says it. Whoever
//! drives a pool (the actors, in their node form) asks here for the request or the command that
//! carries a verb out, and has the answer read here; so no other part knows how a pool is asked.
//!
//! - [`mod@file`], [`words`]: the file as a whole, and what the target calls pools and surfaces.
//! - [`runs`]: what runs when it is drilled; [`running`]: of it, what runs already; [`files`]: the files
//!   that its containers find, or that its pools are provisioned with.
//! - [`mod@tls`]: how SIP is encrypted.
//! - [`secret`]: passwords and tokens, which come from the environment and stay out of every file.
//! - [`binding`]: how a verb is carried out: [`mod@http`] or [`command`], in one step or in two.
//! - [`template`], [`json`]: texts and JSON with `{placeholders}`, and [`variables`] to fill them.
//! - [`reading`], [`mod@pointer`]: what an answer means.
//! - `load`, `check`, `directory_check`: how it is read, and what can only be checked with the whole file in
//!   hand.

pub mod binding;
mod check;
pub mod command;
mod directory_check;
pub mod file;
pub mod files;
pub mod http;
pub mod json;
mod load;
pub mod pointer;
pub mod reading;
pub mod running;
pub mod runs;
pub mod secret;
mod spelling;
pub mod template;
pub mod tls;
pub mod variables;
pub mod words;

pub use binding::{Binding, BoundVerb, Exchange, Poll, PollAnswer, TwoStep};
pub use command::{CommandBinding, Invocation, Revealed};
pub use file::{Credentials, Ports, Reached, SipDigest, SipDomain, SipTransport, Target};
pub use files::{Deployed, FilesError, TargetFiles};
pub use http::HttpBinding;
pub use reading::Reading;
pub use running::{Commands, MachineCommand, NamedCommand, PortRange, Provision, Running};
pub use runs::{Container, Containers, FurtherHost, Runs};
pub use secret::{MissingSecrets, Secrets};
pub use template::{BindError, Template};
pub use tls::{SipIdentity, SipTls};
pub use variables::{Variable, Variables};
pub use words::Words;
