use crate::client::TestServer;
use std::net::TcpStream;
use std::time::{Duration, Instant};

#[test]
fn stopping_does_not_wait_for_idle_connections() {
    let demo = TestServer::start();
    let address = demo.server.url().replace("http://", "").replace('/', "");
    // Browsers open connections ahead of need, and keep those that were used.
    let _unused = TcpStream::connect(&address).unwrap();
    demo.get("", &[]).unwrap();
    let started = Instant::now();
    drop(demo);
    assert!(
        started.elapsed() < Duration::from_secs(1),
        "{:?}",
        started.elapsed()
    );
    assert!(TcpStream::connect(&address).is_err());
}

#[test]
fn stopping_waits_for_a_response_under_way() {
    let demo = TestServer::start();
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| demo.endpoint("langzaam", "getsession").map(|it| it.status));
        while demo.server.recorder().request_count("getsession") == 0 {
            std::thread::yield_now();
        }
        demo.server.begin_to_stop();
        assert_eq!(slow.join().unwrap().unwrap(), 200);
    });
}
