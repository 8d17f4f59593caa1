//! Requests as bytes on a connection.

use std::{fmt::Write, io, net::SocketAddr, slice, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};

use crate::{
    deliveries::Delivery,
    receiver::{DEADLINE, PATH},
    stalls,
};

/// The header after which the receiver closes the connection.
pub(crate) const CLOSE: &str = "connection: close\r\n";
pub(crate) const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

pub(crate) async fn connect(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.expect("a connection")
}

/// The head of a request after which the connection is to be closed, with `framing` for the last header lines.
pub(crate) fn head(delivery: &Delivery, framing: &str) -> String {
    let mut head = format!("POST {PATH} HTTP/1.1\r\nhost: receiver\r\n{CLOSE}");
    for (name, value) in &delivery.headers {
        let value = value.to_str().expect("signatures are text");
        write!(head, "{name}: {value}\r\n").expect("a string takes it");
    }
    head + framing + "\r\n\r\n"
}

/// The whole request, with `content-length`.
pub(crate) fn request(delivery: &Delivery) -> Vec<u8> {
    let head = head(
        delivery,
        &format!("content-length: {}", delivery.body.len()),
    );
    [head.as_bytes(), &delivery.body].concat()
}

/// The whole request, on a connection that may be used again.
pub(crate) fn keep_alive(delivery: &Delivery) -> Vec<u8> {
    let request = String::from_utf8(request(delivery)).expect("it is text");
    request.replacen(CLOSE, "", 1).into_bytes()
}

/// The whole request, with its body in chunks.
pub(crate) fn chunked_request(delivery: &Delivery) -> Vec<u8> {
    let mut request = Vec::from(head(delivery, "transfer-encoding: chunked"));
    for chunk in delivery.body.chunks(16 * 1024) {
        request.extend(format!("{:x}\r\n", chunk.len()).as_bytes());
        request.extend(chunk);
        request.extend(b"\r\n");
    }
    request.extend(LAST_CHUNK);
    request
}

/// Sends `first` at once and then `rest`, byte by byte with a pause behind each.
pub(crate) async fn write_slowly(
    writer: &mut (impl AsyncWrite + Unpin),
    first: &[u8],
    rest: &[u8],
    pause: Duration,
) -> io::Result<()> {
    writer.write_all(first).await?;
    for byte in rest {
        writer.write_all(slice::from_ref(byte)).await?;
        sleep(pause).await;
    }
    Ok(())
}

/// Sends `bytes` and reads all answers until the receiver closes the connection.
pub(crate) async fn statuses(address: SocketAddr, bytes: &[u8]) -> Vec<u16> {
    let (mut reader, mut writer) = connect(address).await.into_split();
    // The receiver may close the connection before it has read everything.
    let writing = async {
        let _ = writer.write_all(bytes).await;
    };
    let ((), statuses) = tokio::join!(writing, statuses_until_closed(&mut reader));
    statuses
}

pub(crate) async fn statuses_until_closed(reader: &mut (impl AsyncRead + Unpin)) -> Vec<u16> {
    let mut answers = Vec::new();
    let reading = async {
        // A reset is an end too; what came before it counts.
        let _ = reader.read_to_end(&mut answers).await;
    };
    stalls::within(DEADLINE * 2, "closing the connection", reading).await;
    statuses_in(&answers)
}

/// The statuses of all answers.
pub(crate) fn statuses_in(answers: &[u8]) -> Vec<u16> {
    // To a peer that began with HTTP/2, frames were sent.
    let answers = String::from_utf8_lossy(answers);
    let statuses = answers.split("HTTP/1.1 ").skip(1);
    statuses
        .map(|answer| answer[..3].parse().expect("a status"))
        .collect()
}
