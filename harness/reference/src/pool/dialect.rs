//! How a pool writes its SIP messages: ways that RFC 3261 leaves open, each of which every reader
//! has to understand.

use std::net::SocketAddr;

use bytes::Bytes;

use crate::variant::Variant;

/// Names and their compact forms (RFC 3261 section 20).
const COMPACT: [(&str, &str); 9] = [
    ("Via", "v"),
    ("From", "f"),
    ("To", "t"),
    ("Call-ID", "i"),
    ("Contact", "m"),
    ("Subject", "s"),
    ("Supported", "k"),
    ("Content-Type", "c"),
    ("Content-Length", "l"),
];

/// A message in its lines.
struct Lines<'a> {
    start: &'a str,
    headers: Vec<(&'a str, String)>,
    body: &'a [u8],
    /// What stands between a header's name and its value.
    colon: &'static str,
}

/// The message as the pool at `local` writes it, which has this variant.
pub(super) fn written(variant: Variant, local: SocketAddr, bytes: Bytes) -> Bytes {
    let write: fn(&mut Lines<'_>, SocketAddr) = match variant {
        Variant::CompactHeaders => |lines, _| lines.shorten_names(),
        Variant::FoldedHeaders => |lines, _| lines.colon = ":\r\n\t",
        Variant::HeadersInAnotherOrder => |lines, _| lines.reorder(),
        Variant::ContactsWithParameters => |lines, _| lines.adorn_contacts(),
        Variant::RouteRecorded => |lines, local| lines.record_route(local),
        _ => return bytes,
    };
    match Lines::of(&bytes) {
        Some(mut lines) => {
            write(&mut lines, local);
            lines.to_bytes(variant)
        }
        None => bytes,
    }
}

impl<'a> Lines<'a> {
    fn of(bytes: &'a Bytes) -> Option<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&bytes[..end]).ok()?;
        let mut lines = head.split("\r\n");
        let start = lines.next()?;
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name, value.trim().to_owned()))
        });
        Some(Lines {
            start,
            headers: headers.collect::<Option<_>>()?,
            body: &bytes[end + 4..],
            colon: ": ",
        })
    }

    fn shorten_names(&mut self) {
        for (name, _) in &mut self.headers {
            let compact = COMPACT.iter().find(|(long, _)| long == name);
            *name = compact.map_or(*name, |(_, short)| short);
        }
    }

    /// The last name comes first. Headers of one name stay in their order, which has a meaning.
    fn reorder(&mut self) {
        let mut names: Vec<&str> = self.headers.iter().map(|(name, _)| *name).collect();
        names.reverse();
        let place = |(name, _): &(&str, String)| names.iter().rposition(|other| other == name);
        self.headers.sort_by_key(place);
    }

    fn adorn_contacts(&mut self) {
        for (_, value) in self
            .headers
            .iter_mut()
            .filter(|(name, _)| *name == "Contact")
        {
            if value.starts_with('<') {
                *value = format!(
                    "\"Telephone, 2nd floor; \\\"desk\\\"\" {value};\
                     +sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000a95a0e128>\";q=0.7"
                );
            }
        }
    }

    /// In what begins a dialog, on either side, unless the pool is in the route already.
    fn record_route(&mut self, local: SocketAddr) {
        let own = format!("<sip:{local};lr");
        let of = |name: &str| self.headers.iter().find(|(other, _)| *other == name);
        let begins = self.start.starts_with("INVITE ")
            && of("To").is_some_and(|(_, to)| !to.contains(";tag="));
        let answers = self.start.starts_with("SIP/2.0 2")
            && of("CSeq").is_some_and(|(_, cseq)| cseq.ends_with("INVITE"));
        let mut recorded = self
            .headers
            .iter()
            .filter(|(name, _)| *name == "Record-Route");
        if (begins || answers) && !recorded.any(|(_, value)| value.contains(&own)) {
            self.headers.insert(0, ("Record-Route", format!("{own}>")));
        }
    }

    fn to_bytes(&self, variant: Variant) -> Bytes {
        let mut text = format!("{}\r\n", self.start);
        for (name, value) in &self.headers {
            let name = match variant {
                Variant::HeadersInAnotherOrder => name.to_ascii_uppercase(),
                _ => (*name).to_owned(),
            };
            text.push_str(&name);
            text.push_str(self.colon);
            text.push_str(value);
            text.push_str("\r\n");
        }
        text.push_str("\r\n");
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(self.body);
        bytes.into()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use sip::{Message, Name};

    use super::*;

    const INVITE: &str = "INVITE sip:ben@198.18.0.9:6000 SIP/2.0\r\n\
        Via: SIP/2.0/UDP 198.18.0.1:5060;branch=z9hG4bK1\r\n\
        Via: SIP/2.0/UDP 198.18.0.2:5060;branch=z9hG4bK2\r\n\
        From: <sip:rita@198.18.0.1>;tag=a\r\n\
        To: <sip:ben@198.18.0.1>\r\n\
        Call-ID: 1\r\n\
        CSeq: 1 INVITE\r\n\
        Contact: <sip:sales@198.18.0.1:5060>\r\n\
        Content-Length: 0\r\n\r\n";

    #[rstest]
    fn every_way_of_writing_says_the_same(
        #[values(
            Variant::CompactHeaders,
            Variant::FoldedHeaders,
            Variant::HeadersInAnotherOrder,
            Variant::ContactsWithParameters,
            Variant::RouteRecorded
        )]
        variant: Variant,
    ) {
        let local = "198.18.0.1:5060".parse().unwrap();
        let bytes = written(variant, local, Bytes::from_static(INVITE.as_bytes()));
        assert_ne!(bytes, INVITE.as_bytes());
        let Ok(Message::Request(read)) = Message::parse(&bytes) else {
            panic!("{}", String::from_utf8_lossy(&bytes));
        };
        assert_eq!(read.branch().as_deref(), Some("z9hG4bK1"));
        assert_eq!(read.headers.get_raw(&Name::VIA).count(), 2);
        assert_eq!((read.call_id(), read.from_tag()), ("1", Some("a")));
        assert!(
            read.contact()
                .is_some_and(|uri| sip::user_of(&uri) == "sales")
        );
    }
}
