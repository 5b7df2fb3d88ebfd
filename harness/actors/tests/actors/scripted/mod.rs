//! A server that follows a script, message by message, and says where the other end left it. It knows
//! nothing of our own SIP layer: what it sends is text, and what it takes is read as text.
//!
//! - `language`: the script's language, in the style of SIPp's scenarios.
//! - `message`: a message as text.
//! - `server`: the node that follows a script.
//! - `echo`: what comes to its RTP port, sent back as a media path would change it.
//! - `stage`: an actor and one or two scripted servers.
//!
//! A script has one step a line; what is indented belongs to the step above it.
//!
//! | step | meaning |
//! | --- | --- |
//! | `< INVITE`, `< 200 BYE` | the next message must be this request, or this response |
//! | &nbsp; `Name: text` | … with this header, which contains the text |
//! | &nbsp; `! Name` | … without this header |
//! | &nbsp; `body: text`, `! body: text` | … and this text in its body, or not |
//! | &nbsp; `digest user:password` | … with the right answer to the last challenge |
//! | `> 180`, `> 200 BYE` | sends a response to the last request, or to the last of this method |
//! | `> INVITE`, `> ACK` | sends a request: within the dialog if there is one |
//! | &nbsp; `Name: text` | … with this header, in the place of its own |
//! | &nbsp; `sdp …` | … with a session description: words `ip=`, `port=`, `proto=`, `fmt=`, `a=` change it |
//! | &nbsp; `\| text` | … with this line in its body |
//! | `wait 500` | lets so many milliseconds pass |
//! | `silence 500` | the same, and nothing may come meanwhile |
//! | `media pt=0 bytes=160` | RTP like this must come |
//! | `echo …` | sends back the RTP that comes, changed: see `echo` |
//! | `by-tcp`, `by-tls` | what the server sends from here on goes over the connection, or a new one |
//!
//! `@name` at the end of a step's first line says which dialog is meant; without it, the first one. In
//! texts, `{call-id}`, `{own-tag}`, `{peer-tag}` and `{cseq}` stand for what the dialog has,
//! `{b.call-id}` for that of the dialog `@b`. What is repeated is taken once; a 100 and the ACK to a
//! refusal need not be expected; a REGISTER is accepted where the script has none.

pub(crate) mod echo;
mod language;
mod message;
mod server;
mod stage;

pub(crate) use server::ScriptedServer;
pub(crate) use stage::{Stage, adapter, agent, caller};
