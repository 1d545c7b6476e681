use crate::client::Demo;
use std::net::TcpStream;
use std::time::{Duration, Instant};

#[test]
fn it_waits_for_nobody_who_asks_for_nothing() {
    let demo = Demo::start();
    let address = demo.running.url().replace("http://", "").replace('/', "");
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
fn an_answer_under_way_is_finished() {
    let demo = Demo::start();
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| demo.endpoint("langzaam", "getsession").map(|it| it.status));
        while demo.running.watch().count("getsession") == 0 {
            std::thread::yield_now();
        }
        demo.running.begin_to_stop();
        assert_eq!(slow.join().unwrap().unwrap(), 200);
    });
}
