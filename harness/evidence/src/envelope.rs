//! The DSSE envelope (secure-systems-lab/dsse, `envelope.md` and `protocol.md`, version 1.0.2).
//!
//! What is signed is not the payload itself but its *pre-authentication encoding*, which ties it to
//! its type. The signature is an SSH one ([`signature`](crate::signature)), in its armour, so that
//! decoding `sig` gives a file that `ssh-keygen -Y verify` takes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::signing::{SigningError, SigningKey};

/// What in-toto Statements are called.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// A payload and its signatures. Unsigned, it has none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Envelope {
    payload_type: String,
    payload: String,
    signatures: Vec<Signed>,
}

/// One signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    /// The key's fingerprint, as `ssh-keygen -l` shows it. A hint: it is not authenticated.
    keyid: String,
    /// The armoured signature, in base64.
    sig: String,
}

/// Why a member is no envelope.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// It is not JSON, or lacks what envelopes have.
    #[error("it is no DSSE envelope: {0}")]
    Malformed(#[from] serde_json::Error),
    /// Its payload is something else.
    #[error("its payload is of type `{0}`, not `{PAYLOAD_TYPE}`")]
    PayloadType(String),
    /// Something that is to be base64 is not.
    #[error("its {0} is not base64")]
    NotBase64(&'static str),
    /// It has more than one signature.
    #[error("it has {0} signatures; a certificate has one, or none")]
    Signatures(usize),
    /// It says what it should, but not in the one form that envelopes have.
    #[error("it is not written as rgdrill writes envelopes")]
    NotCanonical,
}

/// The signature of an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Armoured {
    /// The key's fingerprint, as the envelope gives it.
    pub keyid: String,
    /// The signature, in its armour.
    pub text: Vec<u8>,
}

impl Envelope {
    /// Puts a payload into an envelope, signed if there is a key.
    ///
    /// # Errors
    ///
    /// [`SigningError`], if the key cannot sign.
    pub fn seal(payload: &[u8], key: Option<&SigningKey>) -> Result<Self, SigningError> {
        let sign = |key: &SigningKey| {
            let armoured = key.sign(&pre_authentication_encoding(payload))?;
            Ok::<_, SigningError>(Signed {
                keyid: key.fingerprint(),
                sig: STANDARD.encode(armoured),
            })
        };
        Ok(Envelope {
            payload_type: PAYLOAD_TYPE.to_owned(),
            payload: STANDARD.encode(payload),
            signatures: key.map(sign).transpose()?.into_iter().collect(),
        })
    }

    /// The member: one line, with a newline at its end.
    ///
    /// # Errors
    ///
    /// None that these types can cause; the JSON writer's own.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_string(self).map(|json| (json + "\n").into_bytes())
    }

    /// Reads the member, in its one form.
    ///
    /// # Errors
    ///
    /// [`EnvelopeError`].
    pub fn from_json(json: &[u8]) -> Result<Self, EnvelopeError> {
        let envelope: Envelope = serde_json::from_slice(json)?;
        if envelope.payload_type != PAYLOAD_TYPE {
            return Err(EnvelopeError::PayloadType(envelope.payload_type));
        }
        if envelope.signatures.len() > 1 {
            return Err(EnvelopeError::Signatures(envelope.signatures.len()));
        }
        if envelope.to_json()? != json {
            return Err(EnvelopeError::NotCanonical);
        }
        Ok(envelope)
    }

    /// The payload.
    ///
    /// # Errors
    ///
    /// [`EnvelopeError::NotBase64`].
    pub fn payload(&self) -> Result<Vec<u8>, EnvelopeError> {
        decode(&self.payload, "payload")
    }

    /// The signature, if it is signed.
    ///
    /// # Errors
    ///
    /// [`EnvelopeError::NotBase64`].
    pub fn signature(&self) -> Result<Option<Armoured>, EnvelopeError> {
        let Some(signed) = self.signatures.first() else {
            return Ok(None);
        };
        Ok(Some(Armoured {
            keyid: signed.keyid.clone(),
            text: decode(&signed.sig, "signature")?,
        }))
    }
}

/// What a signature is of: `DSSEv1`, then the length and text of the type, then those of the payload.
pub fn pre_authentication_encoding(payload: &[u8]) -> Vec<u8> {
    let head = format!(
        "DSSEv1 {} {PAYLOAD_TYPE} {} ",
        PAYLOAD_TYPE.len(),
        payload.len()
    );
    [head.as_bytes(), payload].concat()
}

/// Padding and trailing bits must be as they are written: each content has one form.
fn decode(text: &str, what: &'static str) -> Result<Vec<u8>, EnvelopeError> {
    STANDARD
        .decode(text)
        .map_err(|_| EnvelopeError::NotBase64(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_is_that_of_the_protocol() {
        assert_eq!(
            pre_authentication_encoding(b"{}"),
            b"DSSEv1 28 application/vnd.in-toto+json 2 {}"
        );
    }

    #[test]
    fn each_content_has_one_form() {
        let sealed = Envelope::seal(b"{}", None).unwrap().to_json().unwrap();
        assert!(Envelope::from_json(&sealed).is_ok());
        let spaced = String::from_utf8(sealed).unwrap().replace(':', ": ");
        let error = Envelope::from_json(spaced.as_bytes()).unwrap_err();
        assert!(matches!(error, EnvelopeError::NotCanonical), "{error}");
    }
}
