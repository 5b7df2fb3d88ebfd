//! The certificate of a drill: one file that others can check, with this crate or without it.
//!
//! ```text
//! journal, results, scenarios, target, environment ─► manifest ─► statement ─► signature ─► archive
//!                                                                                 key ──┘
//! ```
//!
//! It stands at the end of the data flow, beside the reports, whose registry says which of them go
//! into it. Only [`materials`] and [`destination`] touch files; everything else is a function of bytes.
//!
//! - [`tar`]: the archive, of which each set of members has exactly one form.
//! - [`member`]: which members there are.
//! - [`environment`]: what the drill was run with.
//! - [`manifest`]: the SHA-256 of each member, as `sha256sum` writes and checks it.
//! - [`statement`]: what is signed: an in-toto Statement with the test-result predicate.
//! - [`envelope`]: the DSSE envelope around it.
//! - [`signing`], [`signature`], [`signers`]: SSH signatures as `ssh-keygen -Y` makes and checks
//!   them, and whose are believed; [`agent`]: made by an SSH agent.
//! - [`certificate`]: puts all of this together, and takes it apart.
//! - [`materials`], [`destination`]: makes the certificate of a run.
//! - [`mod@verify`]: checks one: a file for each check.

pub mod agent;
pub mod certificate;
pub mod destination;
pub mod envelope;
pub mod environment;
pub mod manifest;
pub mod materials;
pub mod member;
pub mod signature;
pub mod signers;
pub mod signing;
pub mod statement;
pub mod tar;
pub mod verify;

pub use certificate::{Certificate, seal};
pub use destination::{CertificateError, Destination, DestinationError};
pub use environment::Environment;
pub use materials::{Materials, MaterialsError};
pub use member::Members;
pub use verify::{Verification, VerificationPolicy, VerifyError, verify};
