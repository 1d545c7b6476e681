//! Waiting: for some time, or for something that may never come.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::{Context, Poll},
};

use accelerate::problem::{Problem, ProblemKind};
use js_sys::Promise;
use wasm_bindgen_futures::JsFuture;

use super::page;

/// A wait. Dropping it ends it.
#[derive(Debug)]
pub struct Wait {
    timer: i32,
    over: JsFuture,
}

/// Waits for so many milliseconds; longer when the device sleeps meanwhile.
pub fn wait(milliseconds: i32) -> Wait {
    let mut timer = 0;
    let over = Promise::new(&mut |resolve, _| {
        timer = page::window()
            .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds)
            .expect("a window has timers");
    });
    Wait {
        timer,
        over: JsFuture::from(over),
    }
}

impl Future for Wait {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.over).poll(context).map(drop)
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        page::window().clear_timeout_with_handle(self.timer);
    }
}

/// What `coming` brings, or that nothing came within so many milliseconds.
pub async fn within<T>(
    milliseconds: i32,
    coming: impl Future<Output = Result<T, Problem>>,
) -> Result<T, Problem> {
    let mut coming = pin!(coming);
    let mut patience = pin!(wait(milliseconds));
    poll_fn(|context| match coming.as_mut().poll(context) {
        Poll::Ready(came) => Poll::Ready(came),
        Poll::Pending => patience
            .as_mut()
            .poll(context)
            .map(|()| Err(Problem::new(ProblemKind::Connection, "no answer in time"))),
    })
    .await
}
