//! A gateway that runs: how it is told to read everything anew, how it ends, and what systemd hears.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(unix)]

mod harness;
mod programs;

use harness::{Answer, CONSUMER, FakeAccelerate, send_session};
use programs::{Copy, eventually, folder, link_of};
use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

fn upstream() -> FakeAccelerate {
    FakeAccelerate::new(|_, stream| send_session(stream))
}

fn write_site(folder: &Path, title: &str) {
    let page = format!("<!doctype html><title>{title}</title>");
    fs::write(folder.join("index.html"), page).unwrap();
}

/// Asks over a connection that stays open.
fn ask(mut connection: &TcpStream, path: &str) -> Answer {
    let head = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
    connection.write_all(head.as_bytes()).unwrap();
    Answer::read(connection)
}

#[test]
fn sighup_reads_configuration_and_site_anew_and_keeps_connections_and_sessions() {
    let upstream = upstream();
    let site = folder("running-reload-site");
    let configuration = site.join("gateway.toml");
    let systemd = Systemd::listen(&folder("running-reload-systemd"));
    write_site(&site, "before");
    fs::write(&configuration, "[page]\nbroker = 'Jansen'").unwrap();
    let gateway = Copy::start_with(
        &upstream,
        "",
        &[],
        &[
            ("GATEWAY_CONFIG", configuration.to_str().unwrap()),
            ("GATEWAY_ASSETS", site.to_str().unwrap()),
            ("NOTIFY_SOCKET", systemd.path.to_str().unwrap()),
        ],
    );
    assert!(systemd.hear().contains("READY=1"));
    let reload = || {
        gateway.signal("HUP");
        assert!(systemd.hear().contains("RELOADING=1"));
        assert!(systemd.hear().contains("READY=1"));
    };
    let (cookie, ended) = (gateway.sign_in(CONSUMER), gateway.sign_in(CONSUMER));
    assert_eq!(gateway.log_out(&ended).status, 204);
    let open = gateway.connect();
    let link = link_of(CONSUMER);
    let path = link.strip_prefix("http://portal.localhost").unwrap();
    let shows = |site: &str, broker: &str| {
        assert!(ask(&open, "/").text().contains(site));
        assert!(ask(&open, path).text().contains(broker));
    };
    shows("before", "Jansen");
    write_site(&site, "after");
    fs::write(&configuration, "[page]\nbroker = 'Pietersen'").unwrap();
    reload();
    shows("after", "Pietersen");
    assert_eq!(gateway.getsession(&cookie).status, 200);
    assert_eq!(
        gateway.getsession(&ended).status,
        401,
        "it remembers who logged out"
    );
    // With a mistake in it everything stays as it was.
    write_site(&site, "later");
    fs::write(&configuration, "[page]\nbrokr = 'Willemsen'").unwrap();
    reload();
    shows("after", "Pietersen");
}

#[test]
fn readiness_ends_first_while_requests_are_still_taken() {
    let upstream = upstream();
    let gateway = Copy::start(&upstream, "", &["limits.lame_duck=600s"]);
    let cookie = gateway.sign_in(CONSUMER);
    assert_eq!(gateway.ops("/readyz").status, 200);
    gateway.signal("TERM");
    eventually("it is not ready", || gateway.ops("/readyz").status == 503);
    assert_eq!(gateway.ops("/healthz").status, 200);
    assert_eq!(
        gateway.getsession(&cookie).status,
        200,
        "over a new connection"
    );
}

#[test]
fn a_stranger_who_finishes_nothing_does_not_hold_the_end() {
    let upstream = upstream();
    let gateway = Copy::start(
        &upstream,
        "",
        &["limits.body_timeout=600s", "limits.drain=600s"],
    );
    let mut stranger = gateway.connect();
    let head = "POST /session HTTP/1.1\r\nhost: x\r\norigin: http://portal.localhost\r\ncontent-length: 9\r\n\r\n{";
    stranger.write_all(head.as_bytes()).unwrap();
    assert_eq!(gateway.ops("/healthz").status, 200);
    // It ends long before the ten minutes that an upload would get.
    gateway.end();
}

#[test]
fn systemd_hears_that_it_is_ready_reloads_and_stops() {
    let upstream = upstream();
    let systemd = Systemd::listen(&folder("running-systemd"));
    let socket = systemd.path.to_str().unwrap();
    let gateway = Copy::start_with(&upstream, "", &[], &[("NOTIFY_SOCKET", socket)]);
    assert!(systemd.hear().contains("READY=1"));
    gateway.signal("HUP");
    let reloading = systemd.hear();
    assert!(reloading.contains("RELOADING=1") && reloading.contains("MONOTONIC_USEC="));
    assert!(systemd.hear().contains("READY=1"));
    gateway.signal("TERM");
    assert!(systemd.hear().contains("STOPPING=1"));
    gateway.end();
}

#[test]
fn systemd_hears_beats_twice_as_often_as_it_wants_them() {
    let upstream = upstream();
    let systemd = Systemd::listen(&folder("running-watchdog"));
    // As systemd does: the beats are wanted from this very process.
    let mut gateway = Command::new("sh")
        .args(["-c", "WATCHDOG_PID=$$ exec \"$0\" serve"])
        .arg(env!("CARGO_BIN_EXE_gateway"))
        .envs(programs::settings(&upstream, ""))
        .env_remove("GATEWAY_STORE")
        .env("NOTIFY_SOCKET", &systemd.path)
        .env("WATCHDOG_USEC", "200000")
        .spawn()
        .unwrap();
    assert!(systemd.hear().contains("READY=1"));
    let began = Instant::now();
    // One at once, and four more, each after half of the time.
    let beats = [(); 5].map(|()| systemd.hear());
    let took = began.elapsed();
    gateway.kill().unwrap();
    gateway.wait().unwrap();
    assert!(
        beats.iter().all(|it| it.contains("WATCHDOG=1")),
        "{beats:?}"
    );
    assert!(took >= Duration::from_millis(300), "{took:?}");
}

/// Who listens where systemd would.
struct Systemd {
    path: PathBuf,
    socket: UnixDatagram,
}

impl Systemd {
    fn listen(folder: &Path) -> Systemd {
        let path = folder.join("notify");
        let _ = fs::remove_file(&path);
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_read_timeout(Some(harness::TIMEOUT)).unwrap();
        Systemd { path, socket }
    }

    /// The next message.
    fn hear(&self) -> String {
        let mut bytes = [0; 200];
        let length = self.socket.recv(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    }
}
