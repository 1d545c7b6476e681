//! The Web Worker in which documents are made (`document/`). It is started by the first call, and ended when it fails:
//! the next call starts another.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use document::message::{Call, Reply};
use futures::{
    channel::oneshot,
    future::{Either, select},
};
use gloo_events::EventListener;
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, Event, MessageEvent, Worker, WorkerOptions, WorkerType};

use super::{save::ObjectUrl, window};

/// How long nothing may be heard of the worker while it is called, in times of so many milliseconds: a slow network takes
/// a minute for the worker itself, and a slow phone seconds for a large photo. While a phone rests, nobody is heard: that
/// counts as one of these times, however long it is.
const PAUSE: u32 = 15_000;
const PATIENCE_AT_START: u32 = 6;
const PATIENCE: u32 = 3;

/// What comes back of a call: the answer and its blobs.
type Answer = (Reply, Vec<Blob>);

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq)]
enum NoAnswer {
    /// The worker does not start, or nobody wants an answer any more.
    NotStarted,
    /// The worker failed at this call.
    Failed,
    /// It failed at another call, before it came to this one.
    NotReached,
}

/// The worker. Dropping it ends what it does.
#[derive(Debug)]
pub struct DocumentWorker {
    address: String,
    running: RefCell<Option<Running>>,
}

impl DocumentWorker {
    /// A worker that is started by its first call. `address` is its script's; without one there is no worker.
    pub fn new(address: String) -> Self {
        Self {
            address,
            running: RefCell::new(None),
        }
    }

    /// Starts it, so that it is there when it is needed.
    pub fn start(&self) {
        if self.address.is_empty() {
            return;
        }
        let mut running = self.running.borrow_mut();
        if running.as_ref().is_none_or(|it| it.calls.borrow().failed) {
            *running = Running::start(&self.address).ok();
        }
    }

    /// Calls it. `None` when it does not start, or fails at this call twice: WebKit has been seen to forget what it was
    /// asked. What waits behind a call at which it fails is asked of another worker. Dropping the future ends the worker
    /// when it is at this call: what comes next need not wait for what nobody wants.
    pub async fn call(&self, call: &Call, blobs: &[Blob]) -> Option<Answer> {
        let mut has_failed = false;
        loop {
            match self.try_call(call, blobs).await {
                Ok(answer) => return Some(answer),
                Err(NoAnswer::NotReached) => {}
                Err(NoAnswer::Failed) if !has_failed => has_failed = true,
                Err(NoAnswer::Failed | NoAnswer::NotStarted) => return None,
            }
        }
    }

    async fn try_call(&self, call: &Call, blobs: &[Blob]) -> Result<Answer, NoAnswer> {
        self.start();
        let (calls, id, mut answer) = {
            let mut running = self.running.borrow_mut();
            let running = running.as_mut().ok_or(NoAnswer::NotStarted)?;
            let (id, answer) = running.call(call, blobs).ok_or(NoAnswer::NotStarted)?;
            (running.calls.clone(), id, answer)
        };
        let _wanted = Wanted {
            worker: self,
            calls: &calls,
            id,
        };
        let (mut silent, mut heard) = (0, calls.borrow().heard);
        loop {
            match select(answer, TimeoutFuture::new(PAUSE)).await {
                Either::Left((answer, _)) => return answer.unwrap_or(Err(NoAnswer::NotStarted)),
                Either::Right((_, waiting)) => answer = waiting,
            }
            // It may have been busy with what others asked. A file that it does not come to an end with ends it.
            let now = calls.borrow().heard;
            silent = if now == heard { silent + 1 } else { 0 };
            heard = now;
            let patience = if now == 0 {
                PATIENCE_AT_START
            } else {
                PATIENCE
            };
            if silent == patience {
                calls.borrow_mut().fail();
                self.end(&calls);
            }
        }
    }

    /// Ends the worker of these calls, if it is still there.
    fn end(&self, calls: &Rc<RefCell<Calls>>) {
        self.running
            .borrow_mut()
            .take_if(|running| Rc::ptr_eq(&running.calls, calls));
    }

    /// Ends what it does. Calls that wait get no answer.
    pub fn stop(&self) {
        if let Some(running) = self.running.take() {
            running.calls.borrow_mut().end(NoAnswer::NotStarted);
        }
    }
}

/// A call whose answer is wanted.
struct Wanted<'a> {
    worker: &'a DocumentWorker,
    calls: &'a Rc<RefCell<Calls>>,
    id: u32,
}

impl Drop for Wanted<'_> {
    fn drop(&mut self) {
        let mut calls = self.calls.borrow_mut();
        // One that has still to come to its first call goes on: starting it again takes longer.
        let is_at_it = calls.heard > 0
            && (calls.waiting.first_key_value()).is_some_and(|(first, _)| *first == self.id);
        calls.waiting.remove(&self.id);
        if is_at_it {
            calls.end(NoAnswer::NotReached);
            drop(calls);
            self.worker.end(self.calls);
            self.worker.start();
        }
    }
}

/// Calls that wait for their answers.
#[derive(Debug, Default)]
struct Calls {
    /// By their ids, which are in the order in which the worker comes to them.
    waiting: BTreeMap<u32, oneshot::Sender<Result<Answer, NoAnswer>>>,
    /// How often something was heard of the worker.
    heard: u32,
    failed: bool,
}

#[derive(Debug)]
struct Running {
    worker: Worker,
    last_id: u32,
    calls: Rc<RefCell<Calls>>,
    #[expect(dead_code, reason = "they listen as long as the worker runs")]
    listeners: [EventListener; 2],
    #[expect(dead_code, reason = "the worker's script is there")]
    script: Option<ObjectUrl>,
}

impl Running {
    fn start(address: &str) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        // A browser starts no worker of another origin. It does start one of a script of ours that imports it.
        let script = match window::is_same_origin(address) {
            true => None,
            false => Some(script_that_imports(address)?),
        };
        let start = script.as_ref().map_or(address, ObjectUrl::as_str);
        let worker = Worker::new_with_options(start, &options)?;
        let calls = Rc::new(RefCell::new(Calls::default()));
        let answered = calls.clone();
        let on_message = EventListener::new(&worker, "message", move |event: &Event| {
            answered.borrow_mut().answer(event);
        });
        let failed = calls.clone();
        let on_error = EventListener::new(&worker, "error", move |event: &Event| {
            // The page's own handlers of errors need not hear of it.
            event.prevent_default();
            failed.borrow_mut().fail();
        });
        Ok(Self {
            worker,
            last_id: 0,
            calls,
            listeners: [on_message, on_error],
            script,
        })
    }

    fn call(
        &mut self,
        call: &Call,
        blobs: &[Blob],
    ) -> Option<(u32, oneshot::Receiver<Result<Answer, NoAnswer>>)> {
        self.last_id += 1;
        let call = Uint8Array::from(&*postcard::to_allocvec(call).ok()?);
        let message = Object::new();
        let blobs = blobs.iter().collect::<Array>();
        for (name, value) in [
            ("id", self.last_id.into()),
            ("call", call.into()),
            ("blobs", blobs.into()),
        ] {
            Reflect::set(&message, &name.into(), &value).ok()?;
        }
        self.worker.post_message(&message).ok()?;
        let (sender, receiver) = oneshot::channel();
        self.calls.borrow_mut().waiting.insert(self.last_id, sender);
        Some((self.last_id, receiver))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

impl Calls {
    fn answer(&mut self, event: &Event) {
        self.heard += 1;
        let data = event.unchecked_ref::<MessageEvent>().data();
        let field = |name: &str| Reflect::get(&data, &name.into()).unwrap_or_default();
        let Some(id) = field("id").as_f64() else {
            return;
        };
        let Ok(reply) = field("reply").dyn_into::<Uint8Array>() else {
            return self.fail();
        };
        if let Some(sender) = self.waiting.remove(&(id as u32)) {
            let blobs = Array::from(&field("blobs"));
            let blobs = blobs.iter().map(JsCast::unchecked_into).collect();
            let reply = postcard::from_bytes(&reply.to_vec()).map_err(|_| NoAnswer::Failed);
            // Who does not wait any more does not need it.
            let _ = sender.send(reply.map(|reply| (reply, blobs)));
        }
    }

    /// Nothing more comes of the worker: it failed at the first call that waits. One that was never heard does not start,
    /// and neither would another.
    fn fail(&mut self) {
        if self.heard == 0 {
            return self.end(NoAnswer::NotStarted);
        }
        if let Some((_, sender)) = self.waiting.pop_first() {
            let _ = sender.send(Err(NoAnswer::Failed));
        }
        self.end(NoAnswer::NotReached);
    }

    /// Nothing more comes of the worker, and this is told to who waits.
    fn end(&mut self, why: NoAnswer) {
        self.failed = true;
        for (_, sender) in std::mem::take(&mut self.waiting) {
            let _ = sender.send(Err(why));
        }
    }
}

fn script_that_imports(address: &str) -> Result<ObjectUrl, JsValue> {
    // An absolute address has no quotes and no line breaks in it.
    let options = BlobPropertyBag::new();
    options.set_type("text/javascript");
    let lines = Array::of1(&format!("import \"{address}\";").into());
    let script = Blob::new_with_str_sequence_and_options(&lines, &options)?;
    ObjectUrl::new(&script).ok_or(JsValue::NULL)
}
