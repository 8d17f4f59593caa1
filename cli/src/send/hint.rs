//! What usually helps when a delivery was not taken.

use http::StatusCode;

use crate::explain::TELLS_WHY;

/// What to look at for a status; `None` for a success.
pub(crate) fn of_status(status: StatusCode) -> Option<String> {
    let text = match status.as_u16() {
        200..=299 => return None,
        300..=399 => {
            "a redirect: senders do not follow it, so give the final URL, with its scheme and its slash at the end"
        }
        400 => {
            "the headers of the signature were missing or malformed when they arrived: compare --provider with the receiver's, and see what a proxy removes"
        }
        401 => {
            "the signature, the time or the token was rejected: compare the secret with the receiver's, and the clocks"
        }
        403 => {
            "the source address was rejected: add this machine's to the receiver's allowed sources, and name the proxy between, if there is one"
        }
        404 => "there is nothing at this path: compare it with the receiver's route",
        405 => "the path takes no POST: compare it with the receiver's route",
        408 => "the body did not arrive in time",
        409 => "the same message is being handled at this moment: give another --id, or wait",
        413 => "the body is over the receiver's limit",
        415 => "the receiver wants another content-type: give it with --header",
        422 => {
            "the event is genuine and could not be read: compare the type of the event, and whether it has to be encrypted and with which key; or its --id was used before, with another body"
        }
        429 => "the receiver takes no more requests for now: lower --concurrency",
        502..=504 => {
            "the receiver, its store or what is behind its proxy cannot be reached or is too slow"
        }
        500..=599 => "the handler failed: see the receiver's log",
        _ => "see the receiver's log",
    };
    let asks_why = matches!(status.as_u16(), 400 | 401 | 403 | 422);
    Some(if asks_why {
        format!(
            "{}: {text}; {TELLS_WHY}, given the request that arrived",
            status.as_u16()
        )
    } else {
        format!("{}: {text}", status.as_u16())
    })
}

/// What to look at where no response came.
pub(crate) fn of_error(error: &str, origin: &str) -> String {
    let text = if error.contains("refused") {
        "nothing listens there: start the receiver, and compare the port"
    } else if error.contains("timed out") || error.contains("elapsed") {
        "the receiver did not respond within 15 seconds, as long as Svix waits"
    } else if error.contains("certificate") {
        "the certificate was not accepted"
    } else if error.contains("lookup") || error.contains("resolve") {
        "the host is not known: compare the URL"
    } else {
        "no response came: compare the URL, and see the receiver's log"
    };
    format!("{error} at {origin}: {text}")
}
