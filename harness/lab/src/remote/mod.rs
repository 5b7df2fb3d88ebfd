//! The lab on machines that run elsewhere: in containers, or wherever else somebody starts them.
//!
//! Each host has a *holder*, which has the host's address, runs its probe, cuts its links and
//! outlives every fault; and most have a *workload*: a pool, a database, or all actors. Holders and
//! actors are processes of this harness's own, which take [orders](crate::control::order) and send
//! [reports](crate::control::report). How they and the servers are started, killed, frozen and
//! removed is another's business: that of [`Machines`]. Nothing here knows what those are.
//!
//! | file | idea |
//! | --- | --- |
//! | `machines` | [`Machines`]: what an engine, or whoever has machines, must be able to do |
//! | `process_id` | [`ProcessId`]: a process by its host and its part there, holder or workload |
//! | `driver` | [`RemoteLab`]: injecting, healing, and waiting for the next observation |
//! | `setup` | what everybody is told before they start |
//! | `machine_fault` | what faults mean for machines: links that are cut, servers that are gone |
//! | `links` | orders to holders: all links of a fault are cut, or none |
//! | `inbox` | what holders and actors have said |
//! | `channel` | a process that is spoken with over its standard input and output |
//! | `clock` | the machines' monotonic clock, as seen from here |

mod channel;
mod clock;
mod driver;
mod inbox;
mod links;
mod machine_fault;
mod machines;
mod process_id;
mod setup;

pub use channel::{Channel, Opened, Teller};
pub use driver::RemoteLab;
pub use machines::{Machines, ProcessEvent};
pub use process_id::{ProcessId, ProcessRole};
pub use setup::RemoteSpec;
