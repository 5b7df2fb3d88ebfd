//! Signing by an SSH agent, which has the private key: on a hardware token, or in its memory
//! (draft-ietf-sshm-ssh-agent, sections 3.6 and 3.6.1).

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use ssh_key::{PublicKey, Signature};

/// The longest answer that is read. A signature is much shorter.
const LONGEST: u32 = 1 << 16;
/// How long an agent may be silent: somebody may have to confirm, or to touch a token.
const TO_ANSWER: Duration = Duration::from_secs(60);
/// The number of a request for a signature.
const SIGN_REQUEST: u8 = 13;
/// The number of the answer that has one.
const SIGN_RESPONSE: u8 = 14;

/// Why an agent gives no signature.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// It cannot be reached, or breaks off.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It answers that it does not sign.
    #[error("it refuses: `ssh-add -l` lists the keys that it has")]
    Refused,
    /// It says nothing.
    #[error("it does not answer")]
    Silent,
    /// Its answer is none.
    #[error("its answer cannot be read")]
    Malformed,
}

/// The signature of `message` by the agent at this socket with the private key of `key`.
///
/// # Errors
///
/// [`AgentError`].
pub(crate) fn sign(
    socket: &Path,
    key: &PublicKey,
    message: &[u8],
) -> Result<Signature, AgentError> {
    let agent = UnixStream::connect(socket)?;
    sign_by(agent, (key, message), TO_ANSWER)
}

/// The same by the agent at the other end of this connection, which may be silent for so long.
fn sign_by(
    mut agent: UnixStream,
    (key, message): (&PublicKey, &[u8]),
    to_answer: Duration,
) -> Result<Signature, AgentError> {
    const NO_FLAGS: [u8; 4] = [0; 4];
    let blob = key.to_bytes().map_err(|_| AgentError::Malformed)?;
    let request = [
        [SIGN_REQUEST].as_slice(),
        &string(&blob),
        &string(message),
        &NO_FLAGS,
    ]
    .concat();
    agent.set_read_timeout(Some(to_answer))?;
    agent.set_write_timeout(Some(to_answer))?;
    agent.write_all(&string(&request))?;
    let answer = read(&mut agent)?;
    match answer.split_first() {
        Some((&SIGN_RESPONSE, signature)) => {
            let signature = signature.get(4..).ok_or(AgentError::Malformed)?;
            Signature::try_from(signature).map_err(|_| AgentError::Malformed)
        }
        _ => Err(AgentError::Refused),
    }
}

fn read(agent: &mut UnixStream) -> Result<Vec<u8>, AgentError> {
    let mut length = [0; 4];
    agent.read_exact(&mut length).map_err(silent)?;
    let length = u32::from_be_bytes(length);
    if length > LONGEST {
        return Err(AgentError::Malformed);
    }
    let mut answer = vec![0; length as usize];
    agent.read_exact(&mut answer).map_err(silent)?;
    Ok(answer)
}

/// What the system calls a resource that is not available for now is an agent that says nothing.
fn silent(error: io::Error) -> AgentError {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => AgentError::Silent,
        _ => AgentError::Io(error),
    }
}

/// A string as SSH writes one (RFC 4251 section 5).
fn string(content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), content].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti";

    #[test]
    fn an_agent_that_never_answers_is_not_waited_for() {
        let (ours, _theirs) = UnixStream::pair().unwrap();
        let key = PublicKey::from_openssh(KEY).unwrap();
        let signed = sign_by(ours, (&key, b"statement"), Duration::from_millis(20));
        assert!(matches!(signed, Err(AgentError::Silent)), "{signed:?}");
    }
}
