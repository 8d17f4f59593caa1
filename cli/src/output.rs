//! What commands print.

use std::io::{self, Write};

/// Standard output. A reader that has seen enough, such as `head`, and is gone is no failure, and changes no exit code.
pub(crate) fn stdout() -> impl Write {
    Output(io::stdout().lock())
}

struct Output(io::StdoutLock<'static>);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        unless_gone(self.0.write(bytes), bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        unless_gone(self.0.flush(), ())
    }
}

fn unless_gone<T>(written: io::Result<T>, otherwise: T) -> io::Result<T> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(otherwise),
        written => written,
    }
}
