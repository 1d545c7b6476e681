//! The four endpoints and their rules, over dossiers in memory. A state and a function from request to
//! response: it relies on nothing outside itself, and what day it is comes with the call.

use crate::consumers;
use crate::date::Date;
use crate::dossier::{Action, Consumer, Dossier};
use crate::dossiers;
use crate::downloads::Download;
use crate::faults::{self, SessionFault, UploadFault, error};
use crate::multipart;
use crate::parameters::{self, Conventions, Parameters, UploadBody};
use crate::pdf;
use crate::uploads::Upload;
use crate::wire::{Delivery, Request, Response};
use std::collections::{BTreeMap, BTreeSet};

/// The largest document that is taken, in bytes.
pub const MAX_UPLOAD: usize = 25 * 1024 * 1024;

/// The kinds of document that are taken, by the end of their name.
const EXTENSIONS: [&str; 13] = [
    "pdf", "jpg", "jpeg", "png", "heic", "heif", "webp", "tif", "tiff", "doc", "docx", "xls",
    "xlsx",
];

/// AccelerateConnect, as far as a consumer can tell.
#[derive(Debug)]
pub struct Accelerate {
    conventions: Conventions,
    dossiers: Vec<Dossier>,
    uploads: Vec<Upload>,
    /// How many sessions each consumer has been given since their link was opened.
    sessions: BTreeMap<&'static str, u32>,
    /// The actions that have been sent a file that fails once.
    failed_once: BTreeSet<String>,
}

impl Accelerate {
    /// Every demo dossier as it is before anyone did anything, as if opened around `today`.
    pub fn new(conventions: Conventions, today: Date) -> Accelerate {
        Accelerate {
            conventions,
            dossiers: dossiers::all(today),
            uploads: Vec::new(),
            sessions: BTreeMap::new(),
            failed_once: BTreeSet::new(),
        }
    }

    /// What was sent so far, oldest first.
    pub fn uploads(&self) -> &[Upload] {
        &self.uploads
    }

    /// Notes that a consumer's link was opened: what happens to them *after the first response* starts
    /// anew. `false` when there is no such consumer.
    pub fn opened(&mut self, name: &str) -> bool {
        let Some(known) = consumers::named(name) else {
            return false;
        };
        self.sessions.remove(known.name);
        true
    }

    /// Answers one request on that day.
    pub fn handle(&mut self, request: &Request, today: Date) -> Response {
        let (method, endpoint) = (request.method.as_str(), request.endpoint.as_str());
        match (method, endpoint) {
            ("GET", "getsession") => self.session(request),
            ("GET", "get_product_action_download") => self.fetch(request, |action, uploads| {
                action
                    .gives_downloads()
                    .then(|| action.download.response(uploads))
            }),
            ("GET", "get_otd_pdf") => self.fetch(request, |action, _| {
                action.has_otd().then(|| action.otd.otd_response())
            }),
            ("POST", "upload_file") => self.upload(request, today),
            (_, "getsession" | "get_product_action_download" | "get_otd_pdf" | "upload_file") => {
                error(
                    405,
                    "METHOD_NOT_ALLOWED",
                    "this endpoint takes another method",
                )
            }
            _ => error(404, "UNKNOWN_ENDPOINT", "there is no such endpoint"),
        }
    }

    fn session(&mut self, request: &Request) -> Response {
        if let Some(address) = request.parameter("ip_address")
            && address.parse::<core::net::IpAddr>().is_err()
        {
            return invalid("ip_address", "must be an IP address");
        }
        let asked = request.parameter("consumer_id");
        if asked.is_some_and(|id| !id.bytes().all(|byte| byte.is_ascii_graphic())) {
            return invalid("consumer_id", "must be printable ASCII");
        }
        let name = asked
            .or(request.visitor.as_deref())
            .unwrap_or(consumers::DEFAULT);
        let Some((dossier, consumer)) = self.consumer(name) else {
            return error(404, "UNKNOWN_CONSUMER", "there is no such consumer");
        };
        let link_name = consumer.link_name;
        let good = || Response::json(200, dossier.session(consumer).json());
        let nth = self.sessions.get(link_name).copied().unwrap_or(0) + 1;
        let response = match fault_of(link_name) {
            Some(fault) => fault.session_response(nth, good),
            None => good(),
        };
        self.sessions.insert(link_name, nth);
        response
    }

    fn fetch(
        &self,
        request: &Request,
        take: fn(&Action, &[Upload]) -> Option<Response>,
    ) -> Response {
        if let Some(refused) = self.visitor_fault(request) {
            return refused;
        }
        let Some(id) = request.parameter("productaction_id") else {
            return invalid("productaction_id", "is required");
        };
        match self.find(id, request.visitor.as_deref()) {
            None => unknown_action(),
            Some((dossier, index)) => take(&self.dossiers[dossier].actions[index], &self.uploads)
                .unwrap_or_else(|| error(404, "NO_DOCUMENT", "this action gives no document")),
        }
    }

    fn upload(&mut self, request: &Request, today: Date) -> Response {
        if let Some(refused) = self.visitor_fault(request) {
            return refused;
        }
        let parameters = match parameters::read(request, self.conventions.header_values) {
            Ok(parameters) => parameters,
            Err(refused) => return invalid(refused.parameter, refused.reason),
        };
        let found = self.find(&parameters.productaction_id, request.visitor.as_deref());
        let Some((dossier, index)) = found else {
            return unknown_action();
        };
        if self.dossiers[dossier].state != "RUNNING" {
            return error(409, "SESSION_CLOSED", "the dossier is closed");
        }
        let action = &self.dossiers[dossier].actions[index];
        if !action.takes_uploads() {
            return invalid("productaction_id", "is of an action that takes no upload");
        }
        let sent_before = action.date_executed.is_some() || action.is_done;
        match (parameters.is_reupload, sent_before) {
            (false, true) => return already_uploaded(),
            (true, false) => {
                return error(409, "NOT_UPLOADED_YET", "there is nothing to replace yet");
            }
            _ => {}
        }
        let bytes = match self.document(request) {
            Ok(bytes) => bytes,
            Err(refused) => return refused,
        };
        if !has_known_extension(&parameters.filename) {
            return error(
                415,
                "UNSUPPORTED_FILE",
                "this kind of document is not taken",
            );
        }
        let fault = UploadFault::of(&parameters.filename);
        self.store_or_fail(fault, (dossier, index), parameters, bytes, today)
    }

    /// Stores the document, or does what its name asks for.
    fn store_or_fail(
        &mut self,
        fault: Option<UploadFault>,
        at: (usize, usize),
        parameters: Parameters,
        bytes: Vec<u8>,
        today: Date,
    ) -> Response {
        let ok = || Response::json(200, "{\"operation_result\":\"ok\"}");
        let mut store = |parameters, bytes| self.store(at, parameters, bytes, today);
        let Some(fault) = fault else {
            store(parameters, bytes);
            return ok();
        };
        match fault {
            UploadFault::Failing => faults::failing(),
            UploadFault::FailingOnce => {
                if self.failed_once.insert(parameters.productaction_id.clone()) {
                    return faults::failing();
                }
                self.store(at, parameters, bytes, today);
                ok()
            }
            UploadFault::Refused => error(422, "DOCUMENT_REFUSED", "the document was refused"),
            UploadFault::Unsupported => error(
                415,
                "UNSUPPORTED_FILE",
                "this kind of document is not taken",
            ),
            UploadFault::TooLarge => too_large(),
            UploadFault::TooMany => error(429, "TOO_MANY_REQUESTS", "try again in a minute"),
            UploadFault::SessionExpired => faults::session_expired(),
            UploadFault::TokenExpired => faults::token_expired(),
            UploadFault::NotJson => {
                Response::new(200, "text/html; charset=utf-8", faults::ERROR_PAGE)
            }
            UploadFault::NotOk => Response::json(200, "{\"operation_result\":\"failed\"}"),
            UploadFault::CutOffJson => {
                store(parameters, bytes);
                Response::json(200, "{\"operation_res")
            }
            UploadFault::Slow | UploadFault::AnsweredLate => {
                store(parameters, bytes);
                ok().delivered(Delivery::Slow)
            }
            UploadFault::ClosedBefore | UploadFault::ClosedWhileReading => Response::hang_up(),
            UploadFault::ClosedAfter => {
                store(parameters, bytes);
                Response::hang_up()
            }
            UploadFault::AlreadyReceived => {
                let theirs = Parameters {
                    filename: "Ontvangen op kantoor.pdf".to_owned(),
                    mimetype: "application/pdf".to_owned(),
                    comment: None,
                    ..parameters
                };
                let page = vec!["Ontvangen op kantoor".to_owned()];
                store(theirs, pdf::document("Ontvangen op kantoor", &[page]));
                already_uploaded()
            }
        }
    }

    fn store(
        &mut self,
        (dossier, index): (usize, usize),
        parameters: Parameters,
        bytes: Vec<u8>,
        today: Date,
    ) {
        let upload = Upload {
            productaction_id: parameters.productaction_id,
            is_reupload: parameters.is_reupload,
            filename: parameters.filename,
            mimetype: parameters.mimetype,
            comment: parameters.comment,
            bytes,
        };
        let action = &mut self.dossiers[dossier].actions[index];
        action.date_executed = Some(today.to_string());
        action.is_done = true;
        action.downloadable = true;
        action.download = Download::Uploaded(self.uploads.len());
        self.uploads.push(upload);
    }

    fn document(&self, request: &Request) -> Result<Vec<u8>, Response> {
        let bytes = match self.conventions.upload_body {
            UploadBody::Multipart => {
                let content_type = request.headers_named("content-type").next();
                multipart::file(content_type, &request.body)
                    .map_err(|reason| invalid("file", reason))?
            }
            UploadBody::Raw => &request.body,
        };
        if bytes.is_empty() {
            return Err(invalid("file", "is empty"));
        }
        if bytes.len() > MAX_UPLOAD {
            return Err(too_large());
        }
        Ok(bytes.to_vec())
    }

    /// The consumer of that id or well-known name.
    fn consumer(&self, name: &str) -> Option<(&Dossier, &Consumer)> {
        self.dossiers.iter().find_map(|dossier| {
            let consumer = dossier
                .consumers
                .iter()
                .find(|consumer| consumer.link_name == name || consumer.id == name)?;
            Some((dossier, consumer))
        })
    }

    /// Where the action of that id is, if whoever looks may know it.
    fn find(&self, id: &str, visitor: Option<&str>) -> Option<(usize, usize)> {
        self.dossiers
            .iter()
            .enumerate()
            .filter(|(_, dossier)| {
                visitor.is_none_or(|name| dossier.consumers.iter().any(|it| it.link_name == name))
            })
            .find_map(|(at, dossier)| {
                let index = dossier.actions.iter().position(|action| action.id == id)?;
                Some((at, index))
            })
    }

    fn visitor_fault(&self, request: &Request) -> Option<Response> {
        fault_of(request.visitor.as_deref()?)?.other_response()
    }
}

fn fault_of(link_name: &str) -> Option<SessionFault> {
    consumers::named(link_name)?.fault
}

fn has_known_extension(filename: &str) -> bool {
    filename.rsplit_once('.').is_some_and(|(_, extension)| {
        EXTENSIONS
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    })
}

fn invalid(parameter: &str, reason: &str) -> Response {
    error(400, "INVALID_PARAMETER", &format!("{parameter} {reason}"))
}

fn unknown_action() -> Response {
    error(
        404,
        "UNKNOWN_PRODUCTACTION",
        "there is no such productaction",
    )
}

fn already_uploaded() -> Response {
    error(409, "ALREADY_UPLOADED", "a document was uploaded before")
}

/// What a document over [`MAX_UPLOAD`] gets.
pub(crate) fn too_large() -> Response {
    error(413, "FILE_TOO_LARGE", "the document is larger than 25 MB")
}
