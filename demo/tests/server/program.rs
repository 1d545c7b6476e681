use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Command, Stdio};

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_demo"));
    command.args(["--site", "not-there"]).stderr(Stdio::piped());
    command
}

#[test]
fn the_program_prints_ready_and_ends_on_sigterm() {
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
fn a_port_in_use_is_reported_in_one_sentence() {
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
fn an_unknown_flag_is_reported() {
    let output = program().args(["--prot", "1"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("--prot is not a flag")
    );
}

#[test]
fn the_log_contains_no_name_file_name_or_id() {
    let mut child = program()
        .args(["--port", "0", "--log"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let ready = lines
        .by_ref()
        .map(Result::unwrap)
        .find_map(|line| Some(line.strip_prefix("ready: ")?.to_owned()))
        .unwrap();
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .new_agent();
    for path in [
        "open/eva",
        "consumerportal/getsession?consumer_id=CNSR22966DC6C1D2E53D861B2794F6A20E",
        "consumerportal/get_otd_pdf?productaction_id=PRA433FB8570F2C0F6D816F1A0A283BFE",
        "consumerportal/Jan-Janssen",
    ] {
        agent.get(format!("{ready}{path}")).call().unwrap();
    }
    agent
        .post(format!("{ready}consumerportal/upload_file"))
        .header("filename", "paspoort-jan.pdf")
        .header("productaction_id", "PRA433FB8570F2C0F6D816F1A0A283BFE")
        .send("x")
        .unwrap();
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(killed.unwrap().success());
    let output = child.wait_with_output().unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(log.contains("POST upload_file 400"), "{log}");
    for secret in ["CNSR", "PRA", "paspoort", "Jan", "Janssen", "eva"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}
