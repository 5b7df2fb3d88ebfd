//! The pool: registrar, proxy, response group application, agent console, management surfaces.
//!
//! An input comes in at the top and meets, in this order:
//!
//! - [`node`], `gate`: the node; and the gate that holds inputs until the partner was asked who
//!   serves what.
//! - `core`, `turn`: the state that all the rest works on, and one turn of it.
//!
//! With the database and the partner it speaks HTTP:
//!
//! - `requests`: the exchanges that the pool has begun.
//! - `storage`, `task`: the copy of the database in memory, and the changes to it, one at a time.
//! - `link`, `heartbeat`, `partner`: whether the partner lives, what the two tell each other.
//! - `fence`, `fail_over`, `fail_back`, `job`: the serving record at work.
//!
//! Agents and administrators speak HTTP with it:
//!
//! - `web`: which request goes where, and who may make it.
//! - `console`, `sign_in`, `call_on_behalf`: the agent console.
//! - `surfaces`, `procedures`: Control Panel and Management Shell; export and import.
//!
//! Phones speak SIP with it:
//!
//! - `signalling`: which event of the SIP layer goes where.
//! - `bindings`, `register`: the registrar.
//! - `reach`: where a number is served, and where a user is reached.
//! - `proxy`: what is passed on.
//! - `media`, `melody`: ports, music, relaying.
//! - `call`: the response group application.

mod bindings;
mod call_on_behalf;
mod calls;
mod console;
mod core;
mod fail_back;
mod fail_over;
mod fence;
mod gate;
mod heartbeat;
mod job;
mod link;
mod media;
mod melody;
pub mod node;
mod partner;
mod procedures;
mod proxy;
mod reach;
mod register;
mod requests;
mod sign_in;
mod signalling;
mod storage;
mod surfaces;
mod task;
mod turn;
mod web;

pub use node::Pool;
