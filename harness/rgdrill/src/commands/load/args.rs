//! The options of `rgdrill load`, and what they amount to.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::str::FromStr;
use std::time::Duration;

use ::load::{AgentsPlan, CallsPlan, Destination, MediaPorts};
use clap::Args;
use model::{Span, environment};

use crate::cli::format::Format;

/// The variable with what agents answer challenges with.
const PASSWORD: &str = "RGDRILL_LOAD_PASSWORD";

/// More calls in a second than one process can place.
const HIGHEST_RATE: f64 = 50_000.0;

/// The most calls at once, and agents.
const MOST: usize = 100_000;

/// `rgdrill load`
#[derive(Debug, Args)]
#[command(after_help = "\
Calls are placed evenly, each to the next URI in turn; each is held for a while after its answer,
and ended by BYE. Agents register, and answer whatever comes. Nothing is judged: what is measured
is printed as it goes on, and at the end. With --media-ports calls have media, and lost packets are
counted; without, audio is offered inactive, and calls are signalling alone.

Who answers 503 with Retry-After is not called for as long as it says: such calls are told as held
back. Calls that would be more than --most at once, or than there are media ports for, are not
placed: they are told as too many. Ctrl-C ends all calls, within 7 s, and prints what was measured;
a second one ends at once.

Agents answer challenges with the password in the variable RGDRILL_LOAD_PASSWORD, if it is set.

Exit codes:
   0  every call was answered, and ended in good order
   1  at least one call failed, or was cut short, or no agent could register
   2  none failed, but calls were held back or too many, or this machine was too slow for some
   3  interrupted
   4  the environment failed: a port is taken
  64  wrong usage

Examples:
  rgdrill load --to sip:sales@127.0.0.11 --rate 16 --hold 30s --for 60s
  rgdrill load --to 'sip:group-{1-400}@192.0.2.1' --agent 'sip:agent-{1-1200}@192.0.2.1' --rate 16 \\
      --hold 1m --for 10m --media-ports 20000-29999
  rgdrill load --answer --at 127.0.0.1:5070            answer whoever calls, until Ctrl-C
  rgdrill load --to sip:127.0.0.1:5070 --rate 2000 --hold 0s --format json | jq .calls

harness/docs/load.md explains what is measured.")]
pub(crate) struct LoadArgs {
    /// Whom to call: `sip:USER@HOST:PORT`; may be given several times. `{1-400}` stands for each number
    #[arg(long, value_name = "URI", required_unless_present_any = ["agents", "answer"])]
    to: Vec<Many<SipTarget>>,

    /// By way of whom, in this order, until one answers [default: the address in the URI]
    #[arg(long, value_name = "ADDRESS:PORT")]
    through: Vec<SocketAddr>,

    /// How many calls begin in a second
    #[arg(long, value_name = "N", default_value = "1")]
    rate: Rate,

    /// How long an answered call lasts
    #[arg(long, value_name = "TIME", default_value = "30s")]
    hold: Span,

    /// For how long calls are placed [default: 60s; of agents alone: until Ctrl-C]
    #[arg(long = "for", value_name = "TIME")]
    window: Option<Span>,

    /// How many calls there are at once, at most
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = at_most)]
    most: usize,

    /// How long a caller waits for an answer
    #[arg(long, value_name = "TIME", default_value = "3m")]
    patience: Span,

    /// An agent who registers and answers: `sip:USER@HOST:PORT`; may be given several times, with `{1-1200}`
    #[arg(long = "agent", value_name = "URI")]
    agents: Vec<Many<SipTarget>>,

    /// Answer whoever calls, without registering
    #[arg(long, conflicts_with = "agents")]
    answer: bool,

    /// How long an agent's telephone rings before it is answered
    #[arg(long, value_name = "TIME", default_value = "0s")]
    ring: Span,

    /// How long registrations last
    #[arg(long, value_name = "TIME", default_value = "10m")]
    expires: Span,

    /// Where callers and agents are [default: the address from which the first one is reached, any port]
    #[arg(long, value_name = "ADDRESS[:PORT]")]
    at: Option<At>,

    /// The UDP ports for media: `FIRST-LAST`. The first half is the callers', if there are agents as well
    #[arg(long, value_name = "PORTS")]
    media_ports: Option<Ports>,

    /// What to print at the end
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,

    /// Show no progress
    #[arg(short, long)]
    pub(super) quiet: bool,
}

/// What is wrong with the options.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(super) enum WrongArgs {
    #[error("`{0}` names a host, and names are not looked up")]
    #[diagnostic(help("name the address to send to: --through ADDRESS:PORT"))]
    Name(String),
    #[error("`{0}` has no user, whom an agent must be")]
    NoUser(String),
    #[error("there are {0} agents, and at most {MOST} may be")]
    TooManyAgents(usize),
    #[error("nothing says where it is to answer")]
    #[diagnostic(help("--at ADDRESS:PORT does"))]
    Nowhere,
    #[error("no address of this machine leads to {to}: {why}")]
    #[diagnostic(help("--at ADDRESS says which one to use"))]
    NoWay { to: SocketAddr, why: std::io::Error },
    #[error("port {0} cannot be for SIP and for media")]
    #[diagnostic(help("--at and --media-ports say which is which"))]
    PortTwice(u16),
    #[error("media ports {0} are too few")]
    #[diagnostic(help("each call needs an even one: --media-ports 20000-29999 has 5,000"))]
    FewPorts(Ports),
}

/// What is to be done.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) calls: Option<CallsPlan>,
    pub(super) agents: Option<AgentsPlan>,
    /// How long agents alone go on; for ever, if nothing is said.
    pub(super) window: Option<Duration>,
}

impl LoadArgs {
    /// What they amount to.
    pub(super) fn plan(&self) -> Result<Plan, WrongArgs> {
        let to: Vec<&SipTarget> = self.to.iter().flat_map(|many| &many.0).collect();
        let agents: Vec<&SipTarget> = self.agents.iter().flat_map(|many| &many.0).collect();
        if agents.len() > MOST {
            return Err(WrongArgs::TooManyAgents(agents.len()));
        }
        let destinations = to.iter().map(|to| self.destination(to));
        let destinations = destinations.collect::<Result<Vec<_>, _>>()?;
        let registrars = match agents.first() {
            Some(first) => self.destination(first)?.hops,
            None => Vec::new(),
        };
        let first = destinations.first().and_then(|to| to.hops.first());
        let has_agents = self.answer || !agents.is_empty();
        let (callers_media, agents_media) = self.media(!to.is_empty() && has_agents)?;
        let calls = match first {
            Some(first) => Some(CallsPlan {
                local: self.local(Some(*first), !has_agents)?,
                to: destinations.clone(),
                rate: self.rate.0,
                window: self.window.unwrap_or(Span::from_secs(60)).get(),
                hold: self.hold.get(),
                patience: self.patience.get(),
                next_hop: NEXT_HOP,
                most: self.most,
                media: callers_media,
            }),
            None => None,
        };
        let users = users(&agents)?;
        let agents_plan = match has_agents {
            true => Some(AgentsPlan {
                local: self.local(registrars.first().copied().or(first.copied()), true)?,
                credentials: AgentsPlan::one_password(&users, environment::variable(PASSWORD)),
                users,
                domain: agents.first().and_then(|agent| self.domain(agent)),
                registrars,
                expires: self.expires.get(),
                next_hop: NEXT_HOP,
                ring: self.ring.get(),
                media: agents_media,
            }),
            false => None,
        };
        Ok(Plan {
            calls,
            agents: agents_plan,
            window: self.window.map(Span::get),
        })
    }

    fn destination(&self, to: &SipTarget) -> Result<Destination, WrongArgs> {
        let hops = match (self.through.is_empty(), to.address()) {
            (false, _) => self.through.clone(),
            (true, Some(address)) => vec![address],
            (true, None) => return Err(WrongArgs::Name(to.to_string())),
        };
        Ok(Destination {
            user: to.user.clone(),
            host: self.domain(to),
            hops,
        })
    }

    /// What stands in the URIs of whoever is called, where it is not the address that is sent to.
    fn domain(&self, to: &SipTarget) -> Option<String> {
        let is_address = self.through.is_empty() && to.address().is_some();
        (!is_address).then(|| to.host.clone())
    }

    /// Where they are. Of callers and agents on one machine only one can have the port that was asked for.
    fn local(&self, to: Option<SocketAddr>, has_port: bool) -> Result<SocketAddr, WrongArgs> {
        let ip = match (self.at, to) {
            (Some(at), _) => at.ip,
            (None, Some(to)) => way_to(to).map_err(|why| WrongArgs::NoWay { to, why })?,
            (None, None) => return Err(WrongArgs::Nowhere),
        };
        let asked = self.at.and_then(|at| at.port).filter(|_| has_port);
        let port = match asked {
            Some(port) if self.is_for_media(port) => return Err(WrongArgs::PortTwice(port)),
            Some(port) => port,
            None => self.free_port(ip).map_err(|why| WrongArgs::NoWay {
                to: SocketAddr::new(ip, 0),
                why,
            })?,
        };
        Ok(SocketAddr::new(ip, port))
    }

    /// Whether this is one of the ports for media.
    fn is_for_media(&self, port: u16) -> bool {
        let ports = self.media_ports;
        ports.is_some_and(|Ports { first, last }| (first..=last).contains(&port))
    }

    /// A port that nobody has at this moment, and that is not for media.
    fn free_port(&self, ip: IpAddr) -> std::io::Result<u16> {
        // Those that were not right are kept until another is found, or they would be given again.
        let mut taken = Vec::new();
        loop {
            let socket = UdpSocket::bind((ip, 0))?;
            let port = socket.local_addr()?.port();
            if !self.is_for_media(port) {
                return Ok(port);
            }
            taken.push(socket);
        }
    }

    /// The media ports of callers and of agents.
    fn media(&self, both: bool) -> Result<(Option<MediaPorts>, Option<MediaPorts>), WrongArgs> {
        let Some(ports) = self.media_ports else {
            return Ok((None, None));
        };
        let Ports { first, last } = ports;
        let (callers, agents) = match both {
            false => (MediaPorts { first, last }, MediaPorts { first, last }),
            true => {
                let middle = first + (last - first) / 2;
                let callers = MediaPorts {
                    first,
                    last: middle,
                };
                let first = middle.saturating_add(1);
                (callers, MediaPorts { first, last })
            }
        };
        let is_empty = |ports: MediaPorts| ports.used().next().is_none();
        match is_empty(callers) || is_empty(agents) {
            true => Err(WrongArgs::FewPorts(ports)),
            false => Ok((Some(callers), Some(agents))),
        }
    }
}

/// How long a next hop may say nothing where there are several.
const NEXT_HOP: Duration = Duration::from_secs(2);

fn users(agents: &[&SipTarget]) -> Result<Vec<String>, WrongArgs> {
    let user = |agent: &&SipTarget| match agent.user.is_empty() {
        true => Err(WrongArgs::NoUser(agent.to_string())),
        false => Ok(agent.user.clone()),
    };
    agents.iter().map(user).collect()
}

/// The address from which `to` is reached.
fn way_to(to: SocketAddr) -> std::io::Result<IpAddr> {
    let any: IpAddr = match to {
        SocketAddr::V4(_) => [0, 0, 0, 0].into(),
        SocketAddr::V6(_) => [0; 16].into(),
    };
    let socket = UdpSocket::bind((any, 0))?;
    socket.connect(to)?;
    Ok(socket.local_addr()?.ip())
}

fn at_most(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if (1..=MOST).contains(&number) => Ok(number),
        _ => Err(format!("a number from 1 to {MOST}")),
    }
}

/// Calls in a second.
#[derive(Clone, Copy, Debug)]
struct Rate(f64);

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(rate) if (0.001..=HIGHEST_RATE).contains(&rate) => Ok(Rate(rate)),
            _ => Err(format!("a number from 0.001 to {HIGHEST_RATE}")),
        }
    }
}

/// An address of this machine, and perhaps a port.
#[derive(Clone, Copy, Debug)]
struct At {
    ip: IpAddr,
    port: Option<u16>,
}

impl FromStr for At {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let whole = text.parse::<SocketAddr>();
        let (ip, port) = match whole {
            Ok(whole) => (Some(whole.ip()), Some(whole.port())),
            Err(_) => (text.parse().ok(), None),
        };
        let ip = ip.filter(|ip: &IpAddr| !ip.is_unspecified());
        let ip = ip.ok_or("an address of this machine, and perhaps a port: `127.0.0.1:5070`")?;
        Ok(At { ip, port })
    }
}

/// A range of ports.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ports {
    first: u16,
    last: u16,
}

impl FromStr for Ports {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "the first and the last port: `20000-29999`";
        let (first, last) = text.split_once('-').ok_or(WRONG)?;
        let (first, last) = (first.parse(), last.parse());
        let (Ok(first), Ok(last)) = (first, last) else {
            return Err(WRONG);
        };
        match 1024 <= first && first <= last {
            true => Ok(Ports { first, last }),
            false => Err(WRONG),
        }
    }
}

impl std::fmt::Display for Ports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

/// One or many, by a range in braces.
#[derive(Clone, Debug)]
struct Many<T>(Vec<T>);

impl<T: FromStr<Err = &'static str>> FromStr for Many<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let texts = numbered(text)?;
        let all = texts.iter().map(|text| text.parse::<T>());
        let all = all.collect::<Result<Vec<T>, _>>();
        all.map(Many).map_err(str::to_owned)
    }
}

/// A text with each number in the place of `{1-400}`.
fn numbered(text: &str) -> Result<Vec<String>, String> {
    let Some((before, rest)) = text.split_once('{') else {
        return Ok(vec![text.to_owned()]);
    };
    let wrong = || format!("a range in braces has a first and a last number, of {MOST} at most");
    let (range, after) = rest.split_once('}').ok_or_else(wrong)?;
    let (first, last) = range.split_once('-').ok_or_else(wrong)?;
    let (first, last) = (first.parse::<usize>(), last.parse::<usize>());
    let (Ok(first), Ok(last)) = (first, last) else {
        return Err(wrong());
    };
    if first > last || last - first >= MOST {
        return Err(wrong());
    }
    let all = (first..=last).map(|number| format!("{before}{number}{after}"));
    Ok(all.collect())
}

/// A SIP URI, as far as one is written on a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SipTarget {
    user: String,
    host: String,
}

impl SipTarget {
    /// Where it points, if that is an address; the port defaults to 5060.
    fn address(&self) -> Option<SocketAddr> {
        let whole = self.host.parse::<SocketAddr>().ok();
        let ip = || self.host.trim_matches(['[', ']']).parse::<IpAddr>().ok();
        whole.or_else(|| Some(SocketAddr::new(ip()?, 5060)))
    }
}

impl FromStr for SipTarget {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "a SIP URI: `sip:sales@192.0.2.1:5060`";
        let rest = text.strip_prefix("sip:").ok_or(WRONG)?;
        let (user, host) = rest.rsplit_once('@').unwrap_or(("", rest));
        let is_plain = |c: char| c.is_ascii_graphic() && !"<>\"@;?{}".contains(c);
        let is_written = !host.is_empty() && text.chars().all(|c| is_plain(c) || c == '@');
        match is_written && user.chars().all(is_plain) && host.chars().all(is_plain) {
            true => Ok(SipTarget {
                user: user.to_owned(),
                host: host.to_owned(),
            }),
            false => Err(WRONG),
        }
    }
}

impl std::fmt::Display for SipTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.user.as_str() {
            "" => write!(f, "sip:{}", self.host),
            user => write!(f, "sip:{user}@{}", self.host),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("sip:sales@192.0.2.1", "sales", Some("192.0.2.1:5060"))]
    #[case("sip:sales@192.0.2.1:5080", "sales", Some("192.0.2.1:5080"))]
    #[case("sip:192.0.2.1", "", Some("192.0.2.1:5060"))]
    #[case("sip:sales@[2001:db8::1]", "sales", Some("[2001:db8::1]:5060"))]
    #[case("sip:sales@voice.example", "sales", None)]
    fn a_uri_says_who_is_called_and_where(
        #[case] text: &str,
        #[case] user: &str,
        #[case] address: Option<&str>,
    ) {
        let target: SipTarget = text.parse().unwrap();
        assert_eq!(target.user, user);
        assert_eq!(target.address(), address.map(|it| it.parse().unwrap()));
    }

    #[rstest]
    #[case("sales@192.0.2.1")]
    #[case("sip:")]
    #[case("sip:sales@192.0.2.1>")]
    #[case("sip:sales group@192.0.2.1")]
    #[case("sip:sales@192.0.2.1\r\nX: y")]
    fn what_is_no_uri_is_refused(#[case] text: &str) {
        assert!(text.parse::<SipTarget>().is_err());
    }

    #[rstest]
    #[case("a", &["a"])]
    #[case("a{2-4}b", &["a2b", "a3b", "a4b"])]
    fn a_range_stands_for_each_of_its_numbers(#[case] text: &str, #[case] all: &[&str]) {
        assert_eq!(numbered(text).unwrap(), all);
    }

    #[rstest]
    #[case("a{4-2}")]
    #[case("a{1}")]
    #[case("a{1-")]
    #[case("a{1-1000000}")]
    fn a_range_that_is_none_is_refused(#[case] text: &str) {
        assert!(numbered(text).is_err());
    }
}
