//! The language of scripts: lines to steps.

/// What is done next.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Expect {
        /// A method, or a code and a method.
        what: String,
        dialog: Option<String>,
        checks: Vec<Check>,
    },
    Respond {
        code: u16,
        method: Option<String>,
        dialog: Option<String>,
        content: Content,
    },
    Request {
        method: String,
        dialog: Option<String>,
        content: Content,
    },
    Wait(u64),
    Silence(u64),
    Media {
        payload_type: Option<u8>,
        bytes: Option<usize>,
    },
    Echo(String),
    By(&'static str),
}

/// What a message must be like.
#[derive(Clone, Debug)]
pub(crate) enum Check {
    Header { name: String, contains: String },
    NoHeader(String),
    Body(String),
    NoBody(String),
    Digest { user: String, password: String },
}

/// What a message that is sent has besides what every one has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Content {
    pub(crate) headers: Vec<(String, String)>,
    /// The lines of the body.
    pub(crate) body: Vec<String>,
    /// The words of a session description.
    pub(crate) sdp: Option<String>,
}

/// Reads a script; each step with the number of its line.
pub(crate) fn read(script: &str) -> Vec<(usize, Step)> {
    let mut steps: Vec<(usize, Step)> = Vec::new();
    for (number, line) in (1..).zip(script.lines()) {
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            let (_, step) = steps.last_mut().unwrap_or_else(|| wrong(number, line));
            detail(step, line.trim()).unwrap_or_else(|| wrong(number, line));
        } else {
            steps.push((number, step(line).unwrap_or_else(|| wrong(number, line))));
        }
    }
    steps
}

fn wrong<T>(number: usize, line: &str) -> T {
    panic!("line {number} of the script is none: {line}")
}

fn step(line: &str) -> Option<Step> {
    let (line, dialog) = match line.split_once(" @") {
        Some((line, name)) => (line.trim(), Some(name.trim().to_owned())),
        None => (line.trim(), None),
    };
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    Some(match word {
        "<" => Step::Expect {
            what: rest.to_owned(),
            dialog,
            checks: Vec::new(),
        },
        ">" => {
            let mut words = rest.split_whitespace();
            let first = words.next()?;
            let content = Content::default();
            match first.parse() {
                Ok(code) => Step::Respond {
                    code,
                    method: words.next().map(str::to_owned),
                    dialog,
                    content,
                },
                Err(_) => Step::Request {
                    method: first.to_owned(),
                    dialog,
                    content,
                },
            }
        }
        "wait" => Step::Wait(rest.parse().ok()?),
        "silence" => Step::Silence(rest.parse().ok()?),
        "media" => {
            let of = |key: &str| rest.split_whitespace().find_map(|w| w.strip_prefix(key));
            Step::Media {
                payload_type: of("pt=").and_then(|value| value.parse().ok()),
                bytes: of("bytes=").and_then(|value| value.parse().ok()),
            }
        }
        "echo" => Step::Echo(rest.to_owned()),
        "by-tcp" => Step::By("TCP"),
        "by-tls" => Step::By("TLS"),
        _ => return None,
    })
}

fn detail(step: &mut Step, line: &str) -> Option<()> {
    match step {
        Step::Expect { checks, .. } => checks.push(check(line)?),
        Step::Respond { content, .. } | Step::Request { content, .. } => {
            if let Some(text) = line.strip_prefix('|') {
                let text = text.strip_prefix(' ').unwrap_or(text);
                content.body.push(text.to_owned());
            } else if line == "sdp" || line.starts_with("sdp ") {
                content.sdp = Some(line[3..].trim().to_owned());
            } else {
                let (name, value) = line.split_once(':')?;
                content
                    .headers
                    .push((name.trim().to_owned(), value.trim().to_owned()));
            }
        }
        _ => return None,
    }
    Some(())
}

fn check(line: &str) -> Option<Check> {
    if let Some(rest) = line.strip_prefix("digest ") {
        let (user, password) = rest.split_once(':')?;
        let (user, password) = (user.to_owned(), password.to_owned());
        return Some(Check::Digest { user, password });
    }
    let (negated, line) = match line.strip_prefix('!') {
        Some(rest) => (true, rest.trim()),
        None => (false, line),
    };
    let (name, text) = line.split_once(':').unwrap_or((line, ""));
    let (name, text) = (name.trim().to_owned(), text.trim().to_owned());
    Some(match (negated, name.as_str()) {
        (false, "body") => Check::Body(text),
        (true, "body") => Check::NoBody(text),
        (true, _) => Check::NoHeader(name),
        (false, _) => Check::Header {
            name,
            contains: text,
        },
    })
}
