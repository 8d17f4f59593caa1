//! Where to listen, and for how many.

use std::{net::SocketAddr, num::NonZeroU16};

use super::variable::{Unset, Variable, VariableError, variables};

variables! {
    LISTEN: Unset::Value("127.0.0.1:3000"), "address and port to listen on";
    MAX_CONNECTIONS: Unset::Value("4096"), "how many connections are open at a time, at most 65535";
}

pub(crate) struct Connections {
    /// Where to listen.
    pub(crate) listen: SocketAddr,
    /// How many connections are open at a time.
    pub(crate) max: NonZeroU16,
}

pub(super) fn read() -> Result<Connections, VariableError> {
    Ok(Connections {
        listen: LISTEN.parsed("is not an address and port such as 127.0.0.1:3000")?,
        max: MAX_CONNECTIONS.parsed("is not a whole number from 1 to 65535")?,
    })
}
