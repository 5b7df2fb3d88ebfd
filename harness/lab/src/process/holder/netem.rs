//! Impairing what this host sends, by the kernel's netem (tc-netem(8)), where the kernel has it.

use std::time::Duration;

use futures_util::StreamExt as _;
use model::impairment::{Impairment, Percent};
use rtnetlink::Handle;
use rtnetlink::packet_core::{
    DefaultNla, NLM_F_ACK, NLM_F_CREATE, NLM_F_REPLACE, NLM_F_REQUEST, NetlinkMessage,
    NetlinkPayload,
};
use rtnetlink::packet_route::RouteNetlinkMessage;
use rtnetlink::packet_route::tc::{TcAttribute, TcHandle, TcMessage};

use super::error::{EPERM, LinkError};

/// The attribute that has a queueing discipline's own options (linux/rtnetlink.h).
const TCA_OPTIONS: u16 = 2;
/// The option of netem for reordering (linux/pkt_sched.h).
const TCA_NETEM_REORDER: u16 = 3;
/// How many packets are under way at most, as tc(8) has it.
const LIMIT: u32 = 1000;
/// What the kernel counts delays in: 64 ns.
const TICK: u128 = 64;
/// The error number for a queueing discipline that the kernel does not know.
const ENOENT: i32 = 2;

/// Whatever leaves through `interface` fares so from now on.
pub(super) async fn impair(
    routes: &mut Handle,
    interface: u32,
    impairment: &Impairment,
) -> Result<(), LinkError> {
    let mut message = NetlinkMessage::from(RouteNetlinkMessage::NewQueueDiscipline(discipline(
        interface, impairment,
    )));
    message.header.flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE;
    let mut answers = routes.request(message)?;
    while let Some(answer) = answers.next().await {
        if let NetlinkPayload::Error(error) = answer.payload {
            return match error.raw_code() {
                0 => Ok(()),
                code if code == -ENOENT => Err(LinkError::NoNetem),
                code if code == -EPERM => Err(LinkError::NotPermitted),
                code => Err(LinkError::RefusedImpairment(-code)),
            };
        }
    }
    Ok(())
}

/// What tc(8) sends for `qdisc replace dev … root netem …`.
fn discipline(interface: u32, impairment: &Impairment) -> TcMessage {
    let mut message = TcMessage::with_index(interface.cast_signed());
    message.header.parent = TcHandle::ROOT;
    message.attributes = vec![
        TcAttribute::Kind("netem".to_owned()),
        TcAttribute::Other(DefaultNla::new(TCA_OPTIONS, options(impairment))),
    ];
    message
}

/// `struct tc_netem_qopt`, and the reordering behind it.
///
/// A delay is one to which up to the jitter is added; netem's is one around which it jitters. Those
/// that overtake are, to netem, those that are not delayed.
fn options(impairment: &Impairment) -> Vec<u8> {
    let half = impairment.jitter.get() / 2;
    let gap = u32::from(impairment.reorder != Percent::default());
    let fields = [
        ticks(impairment.delay.get() + half),
        LIMIT,
        share(impairment.loss),
        gap,
        share(impairment.duplicate),
        ticks(half),
    ];
    let mut bytes = fields.map(u32::to_ne_bytes).concat();
    if gap > 0 {
        // Length and kind of the attribute; then the share, and no correlation.
        bytes.extend(12_u16.to_ne_bytes());
        bytes.extend(TCA_NETEM_REORDER.to_ne_bytes());
        bytes.extend(
            [share(impairment.reorder), 0]
                .map(u32::to_ne_bytes)
                .concat(),
        );
    }
    bytes
}

fn ticks(time: Duration) -> u32 {
    u32::try_from(time.as_nanos() / TICK).unwrap_or(u32::MAX)
}

/// A share of all 32-bit numbers.
fn share(percent: Percent) -> u32 {
    (percent.fraction() * f64::from(u32::MAX)).round() as u32
}

#[cfg(test)]
mod tests {
    use model::Span;
    use rtnetlink::packet_core::Emitable as _;

    use super::*;

    /// `tc qdisc add dev … root netem delay 15ms 5ms loss 1% duplicate 2% reorder 3%`, as strace(1)
    /// shows it on a machine of this byte order, from the family on but for the interface.
    #[cfg(target_endian = "little")]
    #[test]
    fn what_the_kernel_is_told_is_what_tc_tells_it() {
        let impairment = Impairment {
            delay: Span::from_millis(10),
            jitter: Span::from_millis(10),
            loss: "1%".parse().unwrap(),
            duplicate: "2%".parse().unwrap(),
            reorder: "3%".parse().unwrap(),
        };
        let message = discipline(7, &impairment);
        let mut told = vec![0; message.buffer_len()];
        message.emit(&mut told);
        let header = b"\0\0\0\0\x07\0\0\0\0\0\0\0\xff\xff\xff\xff\0\0\0\0";
        let kind = b"\x0a\0\x01\0netem\0\0\0";
        let options =
            b"\x28\0\x02\0\x87\x93\x03\x00\xe8\x03\x00\x00\x29\x5c\x8f\x02\x01\x00\x00\x00\
            \x52\xb8\x1e\x05\x2d\x31\x01\x00\x0c\x00\x03\x00\x7b\x14\xae\x07\x00\x00\x00\x00";
        assert_eq!(told, [&header[..], kind, options].concat());
    }

    #[test]
    fn nothing_is_said_of_reordering_where_there_is_none() {
        let loss = "0.5%".parse().unwrap();
        let told = options(&Impairment {
            loss,
            ..Impairment::default()
        });
        assert_eq!(told.len(), 24);
    }
}
