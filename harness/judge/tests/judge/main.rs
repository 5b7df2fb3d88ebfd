//! The judge's face: journals in, findings out.
//!
//! - [`world`]: who takes part, and when the stages are.
//! - [`script`]: a small language for writing journals, and for spoiling them.
//! - [`drill`] (with [`probes`]): a walk's journal in which all is as documented.
//! - the others: what each part of the judge makes of journals that are spoilt in one way each.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot do without may panic"
)]

mod acknowledged;
mod agents;
mod anonymity;
mod claims;
mod conditions;
mod configuration;
mod connected;
mod contradiction;
mod conversations;
mod drill;
mod every_clause;
mod fault;
mod figures;
mod harness_trouble;
mod holds;
mod hostile;
mod in_progress;
mod invariants;
mod load;
mod long_walks;
mod media_hosts;
mod new_calls;
mod on_behalf;
mod own_groups;
mod probes;
mod quality;
mod queue_timeouts;
mod routing;
mod rows;
mod script;
mod stages;
mod starved;
mod telephones;
mod world;
