//! What an API error means for a start or stop: not in this state, worth another try, or a person must look.
//! Pure: codes and messages in, no call, no clock.

/// What an API error means for a start or stop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Rejection {
    /// Not in this state.
    InvalidState,
    /// Worth another try.
    Transient(String),
    /// A person must look.
    Final(String),
}

impl Rejection {
    /// Classifies by the code on the wire, which is not always the name of the error's type; by message as a last resort.
    #[must_use]
    pub fn of(code: &str, message: &str) -> Self {
        let said = || if message.is_empty() { code.to_owned() } else { format!("{code}: {message}") };
        match code {
            "InvalidDBInstanceState"
            | "InvalidDBInstanceStateFault"
            | "InvalidDBClusterState"
            | "InvalidDBClusterStateFault"
            | "InvalidDBShardGroupState"
            | "InvalidDBShardGroupStateFault"
            | "IncorrectInstanceState" => Self::InvalidState,
            "Throttling"
            | "ThrottlingException"
            | "RequestLimitExceeded"
            | "TooManyRequestsException"
            | "ServiceUnavailable"
            | "ServiceUnavailableException"
            | "InternalFailure"
            | "InternalError"
            | "ServerException"
            | "InternalServerError"
            | "InternalServerException"
            | "InternalServiceException"
            // Another console wrote the same at the same moment.
            | "ConcurrentUpdateException"
            | "ConflictException" => Self::Transient(said()),
            _ if message.contains("is not in available state")
                || message.contains("state but expected it to be one of") =>
            {
                Self::InvalidState
            }
            _ => Self::Final(said()),
        }
    }
}
