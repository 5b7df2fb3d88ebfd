//! Processes that take orders on standard input, and report to standard output.

use std::io::{self, BufReader};

use clap::Args;
use lab::process::session::SessionError;
use lab::process::{Heartbeat, ProcessError, Streams};

use super::run::no_sockets;
use crate::command_error::CommandError;

/// Who gives orders.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct OrdersArgs {
    /// Wait for no heartbeats, forgive lines that are no orders: somebody types them
    #[arg(long)]
    by_hand: bool,
}

impl OrdersArgs {
    /// Standard input and output.
    pub(crate) fn streams(self) -> Streams {
        Streams {
            orders: Box::new(BufReader::new(io::stdin())),
            reports: Box::new(io::stdout()),
            heartbeat: if self.by_hand {
                Heartbeat::NotExpected
            } else {
                Heartbeat::Required
            },
        }
    }
}

/// What stopped a process that takes orders, with what to do next.
pub(crate) fn failed(error: ProcessError) -> CommandError {
    CommandError::harness(match error {
        ProcessError::Sockets(error) => return no_sockets(error),
        ProcessError::Session(error @ SessionError::NoHeartbeat(_)) => miette::miette!(
            help = "a harness sends one each second; with --by-hand none is expected",
            "{error}"
        ),
        error => miette::miette!("{error}"),
    })
}
