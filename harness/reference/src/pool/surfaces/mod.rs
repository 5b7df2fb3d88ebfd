//! The surfaces that agents and administrators use, over HTTP: agent console, Control Panel and
//! Management Shell, export and import.
//!
//! A surface sees the pool and changes nothing of it: what is left to be done it gives back as
//! [`Next`], and the changes that it wants of the database as [`Update`].
//!
//! - `state`: what the surfaces wait for, and what they see.
//! - `paths`: which request goes to which surface.
//! - `console`, `sign_in`, `sign_ins`, `call_on_behalf`: the agent console.
//! - `management`: what the two management surfaces have in common.
//! - `listing`, `description`: what they show and change; `misshown`: what mutants show instead.
//! - `procedures`: export and import.
//! - `update`, `transaction`: the changes that surfaces want, and what they come to.
//! - `pass_on`, `replies`: what the partner is asked for, and what follows from answers.

mod call_on_behalf;
mod console;
mod description;
mod listing;
mod management;
mod misshown;
mod pass_on;
mod paths;
mod procedures;
mod replies;
mod sign_in;
mod sign_ins;
mod state;
mod transaction;
mod update;

pub(super) use sign_ins::Direction;
pub(super) use state::{Next, Surfaces, View};
pub(super) use update::Update;
