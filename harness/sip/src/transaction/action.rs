//! What transactions ask of the endpoint that runs them.

/// What a client transaction asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAction {
    /// Nothing.
    Nothing,
    /// Send the request again.
    Retransmit,
    /// Hand the response to the user.
    Deliver,
    /// Hand the response to the user, and acknowledge it (RFC 3261 §17.1.1.3).
    DeliverAndAcknowledge,
    /// Acknowledge the response again: it is a repetition.
    Acknowledge,
    /// Tell the user that nobody answered.
    TimeOut,
}

/// What a server transaction asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerAction {
    /// Nothing.
    Nothing,
    /// Send the response that was just given.
    Send,
    /// Send the last response again.
    Resend,
    /// Hand the ACK to the user.
    Deliver,
}
