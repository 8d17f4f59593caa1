//! What `curl -v` shows of a request: lines that begin with `> `. It shows no body.

use super::{Capture, Head, NotARequest};

pub(super) fn is_trace(input: &[u8]) -> bool {
    lines(input).any(|line| {
        line.strip_prefix(b"> ")
            .is_some_and(|line| line.windows(6).any(|text| text == b" HTTP/"))
    })
}

pub(super) fn read(input: &[u8]) -> Result<Capture, NotARequest> {
    let mut sent = lines(input).filter_map(|line| line.strip_prefix(b"> "));
    let first = sent
        .find(|line| line.windows(6).any(|text| text == b" HTTP/"))
        .and_then(|line| std::str::from_utf8(line).ok())
        .ok_or(NotARequest("it has no request line"))?;
    let mut words = first.split_ascii_whitespace();
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Err(NotARequest("its request line is malformed"));
    };
    let mut head = Head::new(method, target)?;
    for line in sent {
        // `> ` and nothing: the end of the head. A redirect would begin another request.
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            break;
        };
        let name = std::str::from_utf8(&line[..colon])
            .map_err(|_| NotARequest("the name of a header is invalid"))?;
        head.add(name, &line[colon + 1..])?;
    }
    Ok(head.into_capture(None))
}

fn lines(input: &[u8]) -> impl Iterator<Item = &[u8]> {
    input
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}
