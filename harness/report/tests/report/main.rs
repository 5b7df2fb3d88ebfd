//! The reports' face: results in, what people and pipelines read out.
//!
//! - [`sample`]: made-up results.
//! - the others: what each report makes of them.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod html;
mod json;
mod junit;
mod markdown;
mod registry;
mod sample;
mod terminal;
