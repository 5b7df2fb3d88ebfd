use std::time::Duration;

use node::sockets::{Clock, Listen};
use node::{Input, Now};

use crate::puppet::{Act, Running, host, name};

#[tokio::test]
async fn a_deadline_is_never_early_and_not_late() {
    let mut node = Running::on(&Listen::at(host(31))).await;
    let wanted = node.clock.now() + Duration::from_millis(50);
    node.tell(Act::WakeAt(wanted)).await;
    let (at, input) = node.next().await;
    assert!(matches!(input, Input::Deadline), "{}", name(&input));
    // A busy machine may take its time.
    let late = wanted + Duration::from_millis(500);
    assert!(wanted <= at && at < late, "{at} instead of {wanted}");
}

#[test]
fn clocks_with_the_same_zero_tell_the_same_time() {
    let clocks = [Clock::since(1).unwrap(), Clock::since(1).unwrap()];
    let [first, second] = clocks.map(|clock| clock.now());
    assert!(second.since(first) < Duration::from_millis(50));
    assert!(first > Now::ZERO);
}
