//! The registrar (RFC 3261 section 10): which phones the users are at, and who may register here.
//!
//! - `bindings`: the bindings, by user and contact.
//! - `asked`, `register`: what a REGISTER asks for, and whose registrations this pool takes.

mod asked;
mod bindings;
mod register;

pub(super) use register::Registrar;
