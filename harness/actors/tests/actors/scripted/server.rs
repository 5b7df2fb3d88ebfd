//! The node that follows a script.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use actors::Command;
use bytes::Bytes;
use model::journal::event::Event;
use node::{Input, Node, Now, Outputs, Port, StreamId, StreamIn};
use sip::digest::{Challenge, Credentials};

use super::echo::Echo;
use super::language::{Check, Content, Step, read};
use super::message::{Text, tag, uri};

const SIP: Port = Port(5060);
const RTP: u16 = 20000;

/// The name of the dialog where a script names none.
const FIRST: &str = "a";

/// The connection that the server opens itself.
const OWN_CONNECTION: StreamId = StreamId(2);

/// A server that follows a script.
pub(crate) struct ScriptedServer {
    own: SocketAddr,
    /// The actor's name and SIP address.
    peer: (&'static str, SocketAddr),
    steps: VecDeque<(usize, Step)>,
    has_register: bool,
    dialogs: BTreeMap<String, Dialog>,
    /// What has come and no step has taken.
    inbox: VecDeque<Text>,
    seen: BTreeSet<String>,
    /// The media that came since the last step.
    heard: VecDeque<(u8, usize)>,
    echo: Option<Echo>,
    /// Until when a step waits.
    until: Option<Now>,
    /// The last challenge of each realm.
    challenges: Vec<String>,
    /// How often it has described a session: each time in a higher version.
    described: Cell<u64>,
    branches: u32,
    over: bool,
    tcp: Tcp,
}

/// SIP over connections.
#[derive(Default)]
struct Tcp {
    /// What a Via calls them, if messages are to go so.
    wanted: Option<&'static str>,
    /// The connection that messages go over.
    open: Option<StreamId>,
    received: BTreeMap<StreamId, Vec<u8>>,
    /// What waits for the server's own connection.
    waiting: Vec<String>,
}

/// What is known of a dialog.
#[derive(Clone, Debug)]
struct Dialog {
    call_id: String,
    own_tag: String,
    peer_tag: String,
    /// From and To of the server's own requests, without tags.
    own_uri: String,
    peer_uri: String,
    target: String,
    sequence: u32,
    /// The number of the server's last INVITE, and its branch.
    invite: (u32, String),
    /// The last request of each method, and the order in which they came.
    requests: Vec<Text>,
}

impl ScriptedServer {
    /// A server at the SIP port of `own`, for an actor of this name and address.
    pub(crate) fn new(own: IpAddr, script: &str, (name, actor): (&'static str, IpAddr)) -> Self {
        let steps: VecDeque<_> = read(script).into();
        let registers =
            |step: &Step| matches!(step, Step::Expect { what, .. } if what == "REGISTER");
        ScriptedServer {
            own: SocketAddr::new(own, SIP.0),
            peer: (name, SocketAddr::new(actor, 6000)),
            has_register: steps.iter().any(|(_, step)| registers(step)),
            steps,
            dialogs: BTreeMap::new(),
            inbox: VecDeque::new(),
            seen: BTreeSet::new(),
            heard: VecDeque::new(),
            echo: None,
            until: None,
            challenges: Vec::new(),
            described: Cell::new(0),
            branches: 0,
            over: false,
            tcp: Tcp::default(),
        }
    }

    /// Takes a message into the inbox, unless it is a repetition or nobody's business.
    fn arrived(&mut self, bytes: &[u8], out: &mut Outputs<Event>) {
        let text = Text::read(bytes);
        if !self.seen.insert(text.identity()) {
            return;
        }
        if text.method() == "REGISTER" && text.code().is_none() && !self.has_register {
            let contact = format!("{};expires=10", text.header("Contact"));
            let content = Content {
                headers: vec![("Contact".into(), contact)],
                ..Content::default()
            };
            let response = self.response(200, &text, "r", &content);
            return self.send(response, out);
        }
        self.inbox.push_back(text);
    }

    /// Follows the script as far as it goes.
    fn follow(&mut self, now: Now, out: &mut Outputs<Event>) {
        while !self.over {
            let Some((number, step)) = self.steps.front().cloned() else {
                self.over = true;
                return note(out, "done");
            };
            match self.take_step(now, step, out) {
                Ok(true) => {
                    self.steps.pop_front();
                    note(out, format!("line {number}"));
                }
                Ok(false) => return,
                Err(why) => {
                    self.over = true;
                    return note(out, format!("line {number} failed: {why}"));
                }
            }
        }
    }

    /// Takes a step, if that can be done now.
    fn take_step(
        &mut self,
        now: Now,
        step: Step,
        out: &mut Outputs<Event>,
    ) -> Result<bool, String> {
        match step {
            Step::Expect {
                what,
                dialog,
                checks,
            } => self.expect(&what, dialog, &checks),
            Step::Respond {
                code,
                method,
                dialog,
                content,
            } => {
                let label = dialog.as_deref().unwrap_or(FIRST);
                let dialog = self.dialogs.get(label).ok_or("there is no such dialog")?;
                let mut requests = dialog.requests.iter().rev();
                let request = match &method {
                    None => requests.next(),
                    Some(method) => requests.find(|request| request.method() == method),
                };
                let request = request.ok_or("no such request has come")?.clone();
                let tag = dialog.own_tag.clone();
                let content = self.filled(content, label);
                let response = self.response(code, &request, &tag, &content);
                self.remember_challenges(&content);
                self.send(response, out);
                Ok(true)
            }
            Step::Request {
                method,
                dialog,
                content,
            } => {
                let label = dialog.as_deref().unwrap_or(FIRST);
                let content = self.filled(content, label);
                let request = self.request(&method, label, &content);
                self.send(request, out);
                Ok(true)
            }
            Step::Wait(millis) => Ok(self.has_waited(now, millis)),
            Step::Silence(millis) => match self.next_message() {
                Some(text) => Err(format!("{} came", text.first_line)),
                None => Ok(self.has_waited(now, millis)),
            },
            Step::Media {
                payload_type,
                bytes,
            } => {
                let fits = |(kind, length): &(u8, usize)| {
                    payload_type.is_none_or(|wanted| wanted == *kind)
                        && bytes.is_none_or(|wanted| wanted == *length)
                };
                let found = self.heard.drain(..).any(|heard| fits(&heard));
                Ok(found)
            }
            Step::Echo(words) => {
                self.echo = Some(Echo::new(&words, RTP));
                Ok(true)
            }
            Step::By(transport) => {
                self.tcp.wanted = Some(transport);
                Ok(true)
            }
        }
    }

    fn has_waited(&mut self, now: Now, millis: u64) -> bool {
        let until = self
            .until
            .get_or_insert(now + Duration::from_millis(millis));
        let waited = *until <= now;
        if waited {
            self.until = None;
            self.heard.clear();
        }
        waited
    }

    /// The next message that a script has to speak of.
    fn next_message(&mut self) -> Option<&Text> {
        let is_noise = |text: &Text, dialogs: &BTreeMap<String, Dialog>| {
            let of_refused = || {
                let mut all = dialogs.values();
                let dialog = all.find(|dialog| dialog.call_id == text.header("Call-ID"));
                dialog.is_some_and(|dialog| dialog.refused(text.number()))
            };
            text.code() == Some(100) || (text.first_line.starts_with("ACK ") && of_refused())
        };
        while self
            .inbox
            .front()
            .is_some_and(|text| is_noise(text, &self.dialogs))
        {
            self.inbox.pop_front();
        }
        self.inbox.front()
    }

    fn expect(
        &mut self,
        what: &str,
        label: Option<String>,
        checks: &[Check],
    ) -> Result<bool, String> {
        let challenges = self.challenges.clone();
        let Some(text) = self.next_message() else {
            return Ok(false);
        };
        if text.kind() != what {
            return Err(format!("{} came, not {what}", text.first_line));
        }
        for check in checks {
            check_message(text, check, &challenges)?;
        }
        let text = text.clone();
        self.inbox.pop_front();
        self.heard.clear();
        let label = label.unwrap_or_else(|| FIRST.to_owned());
        self.note_message(&label, text)?;
        Ok(true)
    }

    /// What a message tells of its dialog.
    fn note_message(&mut self, label: &str, text: Text) -> Result<(), String> {
        let call_id = text.header("Call-ID").to_owned();
        let is_response = text.code().is_some();
        let (own, peer) = if is_response {
            (text.header("From"), text.header("To"))
        } else {
            (text.header("To"), text.header("From"))
        };
        let is_new = !is_response && tag(own).is_empty() && text.method() != "CANCEL";
        let known = self.dialogs.get(label).map(|dialog| &dialog.call_id);
        if is_new && known != Some(&call_id) {
            let dialog = Dialog {
                call_id: call_id.clone(),
                own_tag: format!("s-{label}-{}", self.own.ip()).replace('.', "-"),
                peer_tag: tag(peer).to_owned(),
                own_uri: uri(own).to_owned(),
                peer_uri: uri(peer).to_owned(),
                target: String::new(),
                sequence: 100,
                invite: (0, String::new()),
                requests: Vec::new(),
            };
            self.dialogs.insert(label.to_owned(), dialog);
        }
        let dialog = self.dialogs.get_mut(label).ok_or("no such dialog")?;
        if dialog.call_id != call_id {
            return Err(format!("{} is of another dialog", text.first_line));
        }
        if !tag(peer).is_empty() {
            dialog.peer_tag = tag(peer).to_owned();
        }
        if !text.header("Contact").is_empty() {
            dialog.target = uri(text.header("Contact")).to_owned();
        }
        if !is_response {
            dialog.requests.push(text);
        }
        Ok(())
    }

    fn remember_challenges(&mut self, content: &Content) {
        for (name, value) in &content.headers {
            if name.ends_with("-Authenticate") {
                self.challenges.push(value.clone());
            }
        }
    }

    fn response(&mut self, code: u16, request: &Text, own_tag: &str, content: &Content) -> String {
        let mut headers: Vec<(String, String)> = Vec::new();
        for name in ["Via", "Record-Route", "From", "To", "Call-ID", "CSeq"] {
            for value in request.all(name) {
                let is_untagged = name == "To" && tag(value).is_empty() && code > 100;
                let value = match is_untagged {
                    true => format!("{value};tag={own_tag}"),
                    false => value.to_owned(),
                };
                headers.push((name.to_owned(), value));
            }
        }
        if code > 100 && code < 300 && request.method() != "REGISTER" {
            headers.push(("Contact".into(), format!("<sip:server@{}>", self.own)));
        }
        if request.method() == "INVITE" {
            let mut dialogs = self.dialogs.values_mut();
            let found = dialogs.find(|dialog| dialog.call_id == request.header("Call-ID"));
            if let Some(dialog) = found
                && code >= 300
            {
                dialog.note_refused(request.number());
            }
        }
        self.print(format!("SIP/2.0 {code} Scripted"), headers, content)
    }

    fn request(&mut self, method: &str, label: &str, content: &Content) -> String {
        let (name, address) = self.peer;
        let own = self.own;
        let dialog = self
            .dialogs
            .entry(label.to_owned())
            .or_insert_with(|| Dialog {
                call_id: format!("{label}@{}", own.ip()),
                own_tag: format!("s-{label}"),
                peer_tag: String::new(),
                own_uri: format!("sip:carol@{own}"),
                peer_uri: format!("sip:{name}@{address}"),
                target: format!("sip:{name}@{address}"),
                sequence: 100,
                invite: (0, String::new()),
                requests: Vec::new(),
            });
        self.branches += 1;
        let mut branch = format!("z9hG4bK-{}-{}", own.ip(), self.branches);
        let number = match method {
            "ACK" => dialog.invite.0,
            "CANCEL" => {
                branch.clone_from(&dialog.invite.1);
                dialog.invite.0
            }
            _ => {
                dialog.sequence += 1;
                dialog.sequence
            }
        };
        if method == "INVITE" {
            dialog.invite = (number, branch.clone());
        }
        let peer_tag = match dialog.peer_tag.as_str() {
            _ if method == "CANCEL" => String::new(),
            "" => String::new(),
            tag => format!(";tag={tag}"),
        };
        let transport = self.tcp.wanted.unwrap_or("UDP");
        let headers = [
            (
                "Via",
                format!("SIP/2.0/{transport} {own};branch={branch};rport"),
            ),
            ("Max-Forwards", "70".into()),
            (
                "From",
                format!("<{}>;tag={}", dialog.own_uri, dialog.own_tag),
            ),
            ("To", format!("<{}>{peer_tag}", dialog.peer_uri)),
            ("Call-ID", dialog.call_id.clone()),
            ("CSeq", format!("{number} {method}")),
            ("Contact", format!("<sip:server@{own}>")),
        ];
        let headers = headers.map(|(name, value)| (name.to_owned(), value));
        let first_line = format!("{method} {} SIP/2.0", dialog.target);
        self.print(first_line, headers.into(), content)
    }

    fn print(
        &self,
        first_line: String,
        mut headers: Vec<(String, String)>,
        content: &Content,
    ) -> String {
        headers.retain(|(name, _)| {
            let mut own = content.headers.iter();
            name == "Via" || !own.any(|(known, _)| known.eq_ignore_ascii_case(name))
        });
        headers.extend(content.headers.iter().cloned());
        let mut body = String::new();
        if let Some(words) = &content.sdp {
            self.described.update(|number| number + 1);
            body = session_description(words, self.described.get(), self.own.ip());
        }
        for line in &content.body {
            body.push_str(line);
            body.push_str("\r\n");
        }
        let has_type = headers.iter().any(|(name, _)| name == "Content-Type");
        if !body.is_empty() && !has_type {
            headers.push(("Content-Type".into(), "application/sdp".into()));
        }
        headers.retain(|(name, value)| name != "Contact" || !value.is_empty());
        let mut text = format!("{first_line}\r\n");
        for (name, value) in &headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        let length = latin_1(&body).len();
        text.push_str(&format!("Content-Length: {length}\r\n\r\n{body}"));
        text
    }

    /// The content with what braces stand for.
    fn filled(&self, mut content: Content, label: &str) -> Content {
        let fill = |text: &str| {
            let mut filled = text.to_owned();
            for (name, dialog) in &self.dialogs {
                let parts = [
                    ("call-id", dialog.call_id.clone()),
                    ("own-tag", dialog.own_tag.clone()),
                    ("peer-tag", dialog.peer_tag.clone()),
                    ("cseq", dialog.invited().to_string()),
                ];
                for (part, value) in parts {
                    filled = filled.replace(&format!("{{{name}.{part}}}"), &value);
                    if name == label {
                        filled = filled.replace(&format!("{{{part}}}"), &value);
                    }
                }
            }
            filled
        };
        for (_, value) in &mut content.headers {
            *value = fill(value);
        }
        for line in &mut content.body {
            *line = fill(line);
        }
        content
    }

    fn send(&mut self, text: String, out: &mut Outputs<Event>) {
        let bytes = latin_1(&text);
        if self.tcp.wanted.is_none() {
            return out.datagram(SIP, self.peer.1, bytes);
        }
        match self.tcp.open {
            Some(id) => out.send(id, bytes),
            None => {
                if self.tcp.waiting.is_empty() {
                    out.connect(OWN_CONNECTION, self.peer.1);
                }
                self.tcp.waiting.push(text);
            }
        }
    }

    fn stream(&mut self, id: StreamId, what: StreamIn, out: &mut Outputs<Event>) {
        match what {
            StreamIn::Opened { .. } => {
                note(out, "connection");
                self.tcp.open = Some(id);
                for text in std::mem::take(&mut self.tcp.waiting) {
                    out.send(id, latin_1(&text));
                }
            }
            StreamIn::Data(bytes) => {
                let received = self.tcp.received.entry(id).or_default();
                received.extend_from_slice(&bytes);
                while let Some(length) = self.tcp.received.get(&id).and_then(|r| whole(r)) {
                    let received = self.tcp.received.entry(id).or_default();
                    let message: Vec<u8> = received.drain(..length).collect();
                    self.arrived(&message, out);
                }
            }
            StreamIn::Closed | StreamIn::Reset(_) | StreamIn::NotSecured { .. } => {
                if self.tcp.open == Some(id) {
                    self.tcp.open = None;
                }
            }
        }
    }
}

impl Dialog {
    /// The number of the last INVITE that came.
    fn invited(&self) -> u32 {
        let mut requests = self.requests.iter().rev();
        let invite = requests.find(|request| request.method() == "INVITE");
        invite.map_or(self.invite.0, Text::number)
    }

    fn note_refused(&mut self, number: u32) {
        let is_it =
            |request: &&mut Text| request.method() == "INVITE" && request.number() == number;
        if let Some(invite) = self.requests.iter_mut().find(is_it) {
            invite.headers.push(("Refused".into(), "yes".into()));
        }
    }

    fn refused(&self, number: u32) -> bool {
        let mut requests = self.requests.iter();
        requests.any(|request| request.number() == number && request.header("Refused") == "yes")
    }
}

impl Node for ScriptedServer {
    type Command = Command;
    type Event = Event;

    fn handle(&mut self, now: Now, input: Input<Command>, out: &mut Outputs<Event>) {
        match input {
            Input::Datagram { at: SIP, bytes, .. } => self.arrived(&bytes, out),
            Input::Datagram { at, .. } if !at.0.is_multiple_of(2) => {}
            Input::Datagram { from, bytes, .. } => {
                if bytes.len() > 12 && bytes[1] & 0x7f < 64 || bytes[1] & 0x7f > 95 {
                    self.heard.push_back((bytes[1] & 0x7f, bytes.len() - 12));
                    self.heard.truncate(100);
                }
                if let Some(echo) = &mut self.echo {
                    for packet in echo.back(&bytes) {
                        out.datagram(Port(echo.port), from, packet);
                    }
                }
            }
            Input::Stream { id, what } => self.stream(id, what, out),
            _ => {}
        }
        self.follow(now, out);
    }

    fn deadline(&self) -> Option<Now> {
        self.until.filter(|_| !self.over)
    }
}

fn check_message(text: &Text, check: &Check, challenges: &[String]) -> Result<(), String> {
    let complain = |what: String| Err(format!("{what} in {}", text.first_line));
    match check {
        Check::Header { name, contains } => {
            let values: Vec<&str> = text.all(name).collect();
            match values.iter().any(|value| value.contains(contains)) {
                true => Ok(()),
                false => complain(format!("{name} is {values:?}, without {contains}")),
            }
        }
        Check::NoHeader(name) => match text.all(name).next() {
            None => Ok(()),
            Some(value) => complain(format!("{name} is there: {value}")),
        },
        Check::Body(wanted) if !text.body.contains(wanted) => {
            complain(format!("no {wanted} in {}", text.body))
        }
        Check::NoBody(unwanted) if text.body.contains(unwanted) => {
            complain(format!("{unwanted} in {}", text.body))
        }
        Check::Body(_) | Check::NoBody(_) => Ok(()),
        Check::Digest { user, password } => {
            let by = Credentials {
                user: user.clone(),
                password: password.clone(),
            };
            let answers = ["Authorization", "Proxy-Authorization"];
            let mut answers = answers.iter().flat_map(|name| text.all(name));
            let method = text.method();
            let is_right = answers.any(|answer| {
                let mut asked = challenges.iter().filter_map(|c| Challenge::parse(c));
                asked.any(|challenge| challenge.is_answered(answer, &by, method))
            });
            match is_right {
                true => Ok(()),
                false => complain("no right answer to a challenge".to_owned()),
            }
        }
    }
}

/// A session description of the server at `ip`, in this version, changed as `words` say.
fn session_description(words: &str, version: u64, ip: IpAddr) -> String {
    let value = |key: &str| words.split_whitespace().find_map(|w| w.strip_prefix(key));
    let own = ip.to_string();
    let media_ip = value("ip=").unwrap_or(&own);
    let (port, proto) = (value("port=").unwrap_or("20000"), value("proto="));
    let (proto, formats) = (proto.unwrap_or("RTP/AVP"), value("fmt=").unwrap_or("0"));
    let formats = formats.replace(',', " ");
    let version = version.to_string();
    let (session, version) = value("o=").map_or(("1", version.as_str()), |all| (all, all));
    let name = value("s=").unwrap_or("-");
    let mut text = format!(
        "v=0\r\no=- {session} {version} IN IP4 {own}\r\ns={name}\r\nc=IN IP4 {media_ip}\r\nt=0 0\r\n\
         m=audio {port} {proto} {formats}\r\n"
    );
    for word in words.split_whitespace().filter(|w| w.starts_with("a=")) {
        // A blank in an attribute is written as a tilde.
        text.push_str(&word.replace('~', " "));
        text.push_str("\r\n");
    }
    text
}

/// The text as bytes: those characters that Latin-1 has and ASCII has not, as Latin-1 writes them.
fn latin_1(text: &str) -> Bytes {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
        .collect::<Vec<u8>>()
        .into()
}

/// How long the first message is, if all of it is there.
fn whole(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    let length = head.split("content-length:").nth(1)?;
    let length: usize = length.split("\r\n").next()?.trim().parse().ok()?;
    (bytes.len() >= end + length).then_some(end + length)
}

fn note(out: &mut Outputs<Event>, what: impl Into<String>) {
    out.event(Event::Told {
        actor: "server".to_owned(),
        what: what.into(),
    });
}
