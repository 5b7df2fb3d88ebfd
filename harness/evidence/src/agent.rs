//! Signing by an SSH agent, which has the private key: on a hardware token, or in its memory
//! (draft-ietf-sshm-ssh-agent, sections 3.6 and 3.6.1).

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use ssh_key::{PublicKey, Signature};

/// The longest answer that is read. A signature is much shorter.
const LONGEST: u32 = 1 << 16;
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
    const NO_FLAGS: [u8; 4] = [0; 4];
    let blob = key.to_bytes().map_err(|_| AgentError::Malformed)?;
    let request = [
        [SIGN_REQUEST].as_slice(),
        &string(&blob),
        &string(message),
        &NO_FLAGS,
    ]
    .concat();
    let mut agent = UnixStream::connect(socket)?;
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
    agent.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length);
    if length > LONGEST {
        return Err(AgentError::Malformed);
    }
    let mut answer = vec![0; length as usize];
    agent.read_exact(&mut answer)?;
    Ok(answer)
}

/// A string as SSH writes one (RFC 4251 section 5).
fn string(content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), content].concat()
}
