//! The registrar (RFC 3261 section 10): which phones the users are at, and who may register here.
//!
//! - `bindings`: the bindings, by user and contact.
//! - `register`: REGISTER, and whose registrations this pool takes.

mod bindings;
mod register;

pub(super) use register::Registrar;
