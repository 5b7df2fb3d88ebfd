//! What sends HTTP requests.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use node::{Input, NoReply, Node, Now, Outputs, RequestId};
use serde_json::Value;

/// A request.
#[derive(Debug)]
pub struct Page {
    pub id: u64,
    pub user: String,
    pub to: SocketAddr,
    pub method: String,
    pub path: String,
    pub body: Value,
}

/// An answer; status 0 if there was none.
#[derive(Clone, Debug)]
pub struct Answer {
    pub id: u64,
    pub status: u16,
    pub body: Value,
    pub no_reply: Option<NoReply>,
    pub at: Now,
}

pub struct Browser;

/// `secret`, the password of the tests' deployment.
fn credentials(user: &str) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let pair = format!("{user}:secret");
    let mut text = String::new();
    for chunk in pair.as_bytes().chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let digit = DIGITS[(group >> (18 - 6 * place) & 63) as usize];
            text.push(if place > chunk.len() {
                '='
            } else {
                digit as char
            });
        }
    }
    format!("Basic {text}")
}

impl Node for Browser {
    type Command = Page;
    type Event = Answer;

    fn handle(&mut self, now: Now, input: Input<Page>, out: &mut Outputs<Answer>) {
        match input {
            Input::Command(page) => {
                let request = http::Request::builder()
                    .method(page.method.as_str())
                    .uri(&page.path)
                    .header("authorization", credentials(&page.user))
                    .body(Bytes::from(page.body.to_string()))
                    .unwrap();
                let timeout = Duration::from_secs(30);
                out.request(RequestId(page.id), page.to, request, timeout);
            }
            Input::Reply { id, outcome } => out.event(match outcome {
                Ok(response) => Answer {
                    id: id.0,
                    status: response.status().as_u16(),
                    body: serde_json::from_slice(response.body()).unwrap_or(Value::Null),
                    no_reply: None,
                    at: now,
                },
                Err(why) => Answer {
                    id: id.0,
                    status: 0,
                    body: Value::Null,
                    no_reply: Some(why),
                    at: now,
                },
            }),
            _ => {}
        }
    }

    fn deadline(&self) -> Option<Now> {
        None
    }
}
