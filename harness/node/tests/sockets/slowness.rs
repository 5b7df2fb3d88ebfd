//! A node that does not come back.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use node::sockets::{Clock, Listen, Sockets};
use node::{Input, Node, Now, Outputs};
use tokio::time;

use crate::puppet::host;

/// How long the node computes.
const LONG: Duration = Duration::from_millis(1_500);

struct Computer;

impl Node for Computer {
    type Command = ();
    type Event = ();

    fn handle(&mut self, _: Now, input: Input<()>, _: &mut Outputs<()>) {
        if matches!(input, Input::Start) {
            thread::sleep(LONG);
        }
    }

    fn deadline(&self) -> Option<Now> {
        None
    }
}

#[tokio::test]
async fn what_keeps_a_node_busy_is_told_while_it_lasts_and_when_it_is_over() {
    let (tell, told) = mpsc::channel();
    let sockets = Sockets::open(&Listen::at(host(51))).await.unwrap();
    let sockets = sockets.watched(move |slow| tell.send(slow).unwrap());
    let running = sockets.run_without_commands(Computer, Clock::starting_now(), |_, ()| {});
    assert!(time::timeout(2 * LONG, running).await.is_err());
    let told: Vec<_> = told.iter().collect();
    let (last, before) = told.split_last().unwrap();
    assert!(last.done && last.took >= LONG, "{told:?}");
    assert!(last.to_string().starts_with("slow: the start took "));
    let stuck = before.first().unwrap();
    assert!(!stuck.done && stuck.took < LONG, "{told:?}");
    assert!(stuck.to_string().starts_with("stuck: the start has taken "));
}
