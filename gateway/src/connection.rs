//! A browser's connection: what comes is read in small pieces, so that a thousand documents on their way
//! fit in little memory, and a browser that takes nothing of its answer for a while is let go.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_io_timeout::TimeoutStream;

/// So much is read at a time, in bytes. hyper sets 8,192 aside for it, and more and more while they are
/// filled; what is not filled takes no memory. Less of it would be kinder still to memory, and slower.
const PIECE: usize = 2_048;

/// A connection.
#[derive(Debug)]
pub struct Connection(Pin<Box<TimeoutStream<TcpStream>>>);

impl Connection {
    /// A connection on which a browser may stand still for so long when it is its turn to read.
    pub fn new(stream: TcpStream, idle: Duration) -> Connection {
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(idle));
        Connection(Box::pin(stream))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        room: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // Room is made ready for what is there only: it becomes memory by being written to.
        ready!(self.0.get_ref().poll_read_ready(context))?;
        let most = room.remaining().min(PIECE);
        let mut piece = ReadBuf::new(room.initialize_unfilled_to(most));
        ready!(self.0.as_mut().poll_read(context, &mut piece))?;
        let length = piece.filled().len();
        room.advance(length);
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
