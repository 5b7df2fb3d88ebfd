//! The pool: a few parts, each with a state of its own and a narrow face, and the wiring between
//! them. A part is given the turn (time, chance, what goes out) and, read-only, the parts that it
//! has to look at; what is to follow elsewhere it gives back, and the wiring sees to it.
//!
//! ```text
//!   node        the pool as a node: the gate, then the wiring
//!     └─► wiring         which part gets what, and what follows from it elsewhere
//!           ├─► update_queue   changes of the database that wait for their turn
//!           ├─► surfaces       agent console, Control Panel, Management Shell, export, import
//!           ├─► calls          the response group application
//!           │     └─► media        RTP ports, music, relaying
//!           ├─► proxy          what is passed on
//!           ├─► location       where a number is served, where a user is reached, where a call goes
//!           ├─► registrar      bindings, REGISTER
//!           ├─► serving        serving record, fence, failover, failback, link to the partner
//!           └─► storage        the copy of the database in memory, and transactions
//!                 └─► turn ─► http_client
//! ```
//!
//! Each part uses only what stands below it:
//!
//! | part | uses |
//! | --- | --- |
//! | `node` | `wiring`, `serving` (its gate), `inputs`, `turn`, `http_client` |
//! | `wiring` | all of the parts |
//! | `update_queue` | `surfaces` and `serving`, for their updates |
//! | `surfaces` | `calls` (what a call on behalf is), `location`, `registrar`, `serving`, `storage` |
//! | `calls` | `media`, `location` |
//! | `proxy` | `location`, for what a hop is |
//! | `location`, `registrar`, `wiring` | `refusals`, for what a refusal looks like |
//! | `location` | `registrar`, `serving`, `storage` |
//! | `registrar` | `serving`, `storage` |
//! | `serving` | `storage` |
//! | `storage`, `media` | `turn` |
//! | `turn` | `http_client`; `manner`, in which surfaces answer |

mod calls;
mod dialect;
mod http_client;
mod inputs;
mod late;
mod location;
mod manner;
mod media;
pub mod node;
mod pace;
mod proxy;
mod refusals;
mod registrar;
mod serving;
mod storage;
mod surfaces;
mod turn;
mod update_queue;
mod wiring;

pub use node::Pool;
