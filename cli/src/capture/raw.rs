//! HTTP/1 as it was on the wire, also with LF alone at the ends of the head's lines, as an editor leaves it.

use bytes::Bytes;

use super::{Capture, Head, NotARequest};

const MAX_HEADERS: usize = 256;

pub(super) fn read(input: &[u8]) -> Result<Capture, NotARequest> {
    let (first, rest) = split_line(input);
    let first = std::str::from_utf8(first).map_err(|_| NotARequest("its first line is no text"))?;
    let mut words = first.split_ascii_whitespace();
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Err(NotARequest(
            "its first line is not such as `POST /path HTTP/1.1`",
        ));
    };
    // Tools show `HTTP/2` in a head that is otherwise of HTTP/1.
    match words.next() {
        Some(version) if version.starts_with("HTTP/") => {}
        None => {}
        Some(_) => {
            return Err(NotARequest(
                "its first line is not such as `POST /path HTTP/1.1`",
            ));
        }
    }
    let mut head = Head::new(method, target)?;

    let mut lines = vec![httparse::EMPTY_HEADER; MAX_HEADERS];
    let (read, headers) = match httparse::parse_headers(rest, &mut lines) {
        Ok(httparse::Status::Complete(complete)) => complete,
        // A head without the empty line: there is no body.
        Ok(httparse::Status::Partial) => return read_head_alone(head, rest),
        Err(_) => return Err(NotARequest("its head is malformed")),
    };
    for header in headers {
        head.add(header.name, header.value)?;
    }
    let body = &rest[read..];
    let is_chunked = head
        .headers
        .get_all(http::header::TRANSFER_ENCODING)
        .iter()
        .any(|line| line.as_bytes().to_ascii_lowercase().ends_with(b"chunked"));
    let body = match is_chunked.then(|| unchunk(body)).flatten() {
        Some(whole) => whole,
        // A tool may have put the chunks together and left the header.
        None => body.to_vec(),
    };
    Ok(head.into_capture(Some(body.into())))
}

fn read_head_alone(mut head: Head, rest: &[u8]) -> Result<Capture, NotARequest> {
    let ended = [rest.trim_ascii_end(), b"\r\n\r\n"].concat();
    let mut lines = vec![httparse::EMPTY_HEADER; MAX_HEADERS];
    if !rest.trim_ascii().is_empty() {
        let parsed = httparse::parse_headers(&ended, &mut lines);
        let Ok(httparse::Status::Complete((_, headers))) = parsed else {
            return Err(NotARequest("its head is malformed"));
        };
        for header in headers {
            head.add(header.name, header.value)?;
        }
    }
    if head.headers.is_empty() {
        return Err(NotARequest("it has no header"));
    }
    Ok(head.into_capture(Some(Bytes::new())))
}

/// The body of RFC 9112, section 7.1, without its chunks; `None` if it is not of that form.
fn unchunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let (line, behind) = split_line(rest);
        let size = line.split(|byte| *byte == b';').next()?.trim_ascii();
        let size = usize::from_str_radix(std::str::from_utf8(size).ok()?, 16).ok()?;
        if size == 0 {
            return Some(whole);
        }
        whole.extend_from_slice(behind.get(..size)?);
        let (end, next) = split_line(&behind[size..]);
        if !end.is_empty() {
            return None;
        }
        rest = next;
    }
}

/// A line without its end, and what is behind it.
fn split_line(text: &[u8]) -> (&[u8], &[u8]) {
    let at = text.iter().position(|byte| *byte == b'\n');
    let (line, rest) = at.map_or((text, &[][..]), |at| (&text[..at], &text[at + 1..]));
    (line.strip_suffix(b"\r").unwrap_or(line), rest)
}
