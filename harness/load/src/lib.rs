//! Calls by the thousand: callers who place them at a rate, and agents who answer.
//!
//! Both are [nodes](node::Node), as everything else that speaks on the wire: the same code runs in
//! simulation and on sockets. Unlike the actors of a drill they write no journal, and nobody judges
//! them: what comes out is what was [measured](Measured), once a second in short and at the end as
//! histograms. A call is a slot in an array that its Call-ID names, one deadline, and the messages
//! that it still may have to send again; the parser of messages is that of crate `sip`.
//!
//! - [`plan`]: what is to be done: whom to call, how often, for how long.
//! - [`Callers`]: places the calls (`call`: one of them; `request`: what it sends; `pace`: when the
//!   next one begins; `slots`, `timers`: where calls and deadlines are kept).
//! - [`Agents`]: registers agents, who answer whatever comes (`registration`: of one agent).
//! - `media`: the RTP of both.
//! - [`Measured`]: what came of it.

mod agents;
mod call;
mod callers;
mod event;
mod measured;
mod media;
mod pace;
pub mod plan;
mod registration;
mod request;
mod slots;
mod timers;

pub use agents::Agents;
pub use callers::Callers;
pub use event::{Command, Event};
pub use measured::{Failure, Heard, Histogram, Measured, Outcome};
pub use plan::{AgentsPlan, CallsPlan, Destination, MediaPorts};
