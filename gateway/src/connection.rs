//! A browser's connection. It is read in small pieces, so that a thousand uploads at once need little
//! memory. It is closed when the browser takes nothing of its answer for too long.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_io_timeout::TimeoutStream;

/// How much is read at a time, in bytes. Hyper reserves 8,192 and more while they are filled; what is never
/// filled takes no memory. A smaller value would save memory and be slower.
const READ_BYTES: usize = 2_048;

/// A connection with a browser.
#[derive(Debug)]
pub struct Connection(Pin<Box<TimeoutStream<TcpStream>>>);

impl Connection {
    /// A connection on which the browser may read nothing for `idle_limit`.
    pub fn new(stream: TcpStream, idle_limit: Duration) -> Connection {
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(idle_limit));
        Connection(Box::pin(stream))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // The buffer is touched only when bytes are there: untouched memory is not used.
        ready!(self.0.get_ref().poll_read_ready(context))?;
        let length = buffer.remaining().min(READ_BYTES);
        let mut piece = ReadBuf::new(buffer.initialize_unfilled_to(length));
        ready!(self.0.as_mut().poll_read(context, &mut piece))?;
        let length = piece.filled().len();
        buffer.advance(length);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.0.as_mut().poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.0.as_mut().poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.as_mut().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.as_mut().poll_shutdown(context)
    }
}
