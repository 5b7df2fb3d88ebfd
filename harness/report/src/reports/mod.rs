//! The reports, a file for each. A new one is a file here that defines a [`Report`](crate::Report), and its line in
//! [`REPORTS`]: it is then written by `certify`, `recheck` and `report`, listed by `list reports`,
//! sealed into certificates and verified there.
//!
//! - [`results`]: the verdicts, for programs.
//! - [`junit`]: the verdicts, for continuous integration.
//! - [`html`]: the run to look at, for people.
//! - [`pcap`]: the calls, for tools that read packets.
//! - [`markdown`]: the verdicts in short, for the page of a pipeline.
//! - [`terminal`]: what is printed: the only one that is no file, as it depends on the terminal.
//!
//! And `wording`: how those for people put verdicts; `expected`: what a clause demands, in words;
//! `interest`: which walks come first; `load`: what the load in the background came to.

mod expected;
pub mod html;
mod interest;
pub mod junit;
mod load;
pub mod markdown;
pub mod pcap;
pub mod results;
pub mod terminal;
pub(crate) mod wording;

pub use wording::{grouped, mark};

use crate::registry::Registry;

/// All reports that are files.
pub const REPORTS: Registry<'static> = Registry::new(&[
    results::REPORT,
    junit::REPORT,
    html::REPORT,
    markdown::REPORT,
    pcap::REPORT,
]);
