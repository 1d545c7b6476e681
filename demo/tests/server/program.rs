use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Command, Stdio};

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_demo"));
    command.args(["--site", "not-there"]).stderr(Stdio::piped());
    command
}

#[test]
fn it_says_ready_when_it_listens_and_ends_on_sigterm() {
    let mut child = program()
        .args(["--port", "0", "--broker-port", "0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let ready = lines
        .by_ref()
        .map(Result::unwrap)
        .find_map(|line| Some(line.strip_prefix("ready: ")?.to_owned()));
    let session = format!("{}consumerportal/getsession", ready.unwrap());
    assert_eq!(ureq::get(&session).call().unwrap().status(), 200);
    let killed = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    assert!(killed.unwrap().success());
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_port_that_is_taken_is_said_in_a_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = program().args(["--port", &port]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains(&format!("port {port} is taken by another program")),
        "{said}"
    );
    assert!(output.stdout.is_empty());
}

#[test]
fn a_wrong_flag_is_said() {
    let output = program().args(["--prot", "1"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("--prot is not a flag")
    );
}
