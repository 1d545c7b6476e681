//! A browser's connection. It is read in small pieces, so that a thousand uploads at once need little
//! memory. It is closed when the browser takes nothing of its answer for too long, or sends the headers of a
//! request too slowly.

use crate::connections::Activity;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;
use tokio_io_timeout::TimeoutStream;

/// How much is read at a time, in bytes. Hyper reserves 8,192 and more while they are filled; what is never
/// filled takes no memory. A smaller value would save memory and be slower.
const READ_BYTES: usize = 2_048;

/// A connection with a browser.
#[derive(Debug)]
pub struct Connection {
    stream: Pin<Box<TimeoutStream<TcpStream>>>,
    activity: Arc<Activity>,
    header_limit: Duration,
    /// Runs from a request's first byte, and at the beginning from the start of the connection.
    header_timer: Option<Pin<Box<Sleep>>>,
    /// The requests whose headers were complete when last looked at.
    requests: usize,
}

impl Connection {
    /// A connection on which the browser may read nothing for `idle_limit`, and take `header_limit` for the
    /// headers of a request.
    pub fn new(
        stream: TcpStream,
        activity: Arc<Activity>,
        header_limit: Duration,
        idle_limit: Duration,
    ) -> Connection {
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(idle_limit));
        Connection {
            stream: Box::pin(stream),
            activity,
            header_limit,
            header_timer: Some(Box::pin(tokio::time::sleep(header_limit))),
            requests: 0,
        }
    }

    /// Ready when the headers of a request take too long.
    fn poll_header_timer(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let requests = self.activity.requests();
        if requests != self.requests {
            self.requests = requests;
            self.header_timer = None;
        }
        match &mut self.header_timer {
            Some(timer) => timer.as_mut().poll(context),
            None => Poll::Pending,
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.poll_header_timer(context).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        // The buffer is touched only when bytes are there: untouched memory is not used.
        ready!(self.stream.get_ref().poll_read_ready(context))?;
        let length = buffer.remaining().min(READ_BYTES);
        let mut piece = ReadBuf::new(buffer.initialize_unfilled_to(length));
        ready!(self.stream.as_mut().poll_read(context, &mut piece))?;
        let length = piece.filled().len();
        buffer.advance(length);
        if !self.activity.is_busy() && self.header_timer.is_none() {
            self.header_timer = Some(Box::pin(tokio::time::sleep(self.header_limit)));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.stream.as_mut().poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream.as_mut().poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_shutdown(context)
    }
}
