//! The image and the compose file. No container engine is needed: what they say is read, and the programs run
//! with it where they can without one.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(unix)]

mod harness;
mod programs;

use harness::{FakeAccelerate, send_session};
use programs::{Copy, Redis};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use yaml_rust2::{Yaml, YamlLoader};

const CONTAINERFILE: &str = include_str!("../../Containerfile");
const COMPOSE: &str = include_str!("../deploy/compose.yaml");
const PAGE: &str = include_str!("../../docs/running/two-machines.md");

/// The instructions of the image's last stage, each with its arguments.
fn instructions() -> Vec<(String, String)> {
    let text: String = CONTAINERFILE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.to_owned() + "\n")
        .collect();
    let (_, stage) = text.split_once("FROM scratch\n").unwrap();
    let stage = stage.replace("\\\n", " ");
    let instructions = stage.lines().filter_map(|line| line.split_once(' '));
    instructions
        .map(|(name, arguments)| (name.to_owned(), arguments.trim().to_owned()))
        .collect()
}

/// The arguments of the only instruction of that name.
fn instruction(name: &str) -> String {
    let all = instructions().into_iter().filter(|(it, _)| it == name);
    let [(_, arguments)] = &all.collect::<Vec<_>>()[..] else {
        panic!("there is one {name}");
    };
    arguments.clone()
}

/// A command that is written as a list.
fn words(list: &str) -> Vec<String> {
    serde_json::from_str(list).unwrap()
}

fn compose() -> Yaml {
    YamlLoader::load_from_str(COMPOSE).unwrap().remove(0)
}

fn texts(list: &Yaml) -> Vec<String> {
    let items = list.as_vec().unwrap().iter();
    items.map(|it| it.as_str().unwrap().to_owned()).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .into()
}

/// The password that the documentation's commands would make.
const PASSWORD: &str = "0123456789abcdef0123456789abcdef0123456789abcdef";

/// The files of the secrets, as the documentation makes them.
fn secrets(folder: &Path) {
    for name in ["secret", "store", "salt", "valkey"] {
        assert!(PAGE.contains(&format!(" secrets/{name}")), "{name}");
    }
    let made = |name: &str| {
        let end = format!(" > secrets/{name}");
        let line = PAGE.lines().find_map(|line| line.strip_suffix(&end));
        let text = line.unwrap().strip_prefix("echo ").unwrap();
        text.trim_matches('"').replace("$password", PASSWORD)
    };
    for (name, text) in [
        ("secret", programs::SECRET.to_owned()),
        ("store", made("store")),
        ("salt", harness::SALT.to_owned()),
        ("valkey", made("valkey")),
    ] {
        fs::write(folder.join(name), text + "\n").unwrap();
    }
}

/// The gateway with the settings that image and compose file give it together. The paths inside the container are
/// those of this test.
fn gateway_as_composed(folder: &Path, command: &str) -> Command {
    secrets(folder);
    let service = &compose()["services"]["gateway"];
    let flags = texts(&service["command"]);
    assert_eq!(flags[0], "serve");
    let mut gateway = programs::gateway(command);
    gateway.args(&flags[1..]);
    let inside = |value: &str| {
        let value = value.replace("/run/secrets", folder.to_str().unwrap());
        value.replace(
            "/usr/share/consumer-portal",
            harness::site().to_str().unwrap(),
        )
    };
    for pair in instruction("ENV").split_whitespace() {
        let (name, value) = pair.split_once('=').unwrap();
        gateway.env(name, inside(value));
    }
    for (name, value) in service["environment"].as_hash().unwrap() {
        gateway.env(name.as_str().unwrap(), inside(value.as_str().unwrap()));
    }
    gateway
}

#[test]
fn the_image_holds_one_program_and_the_site_and_runs_without_rights() {
    let program = &words(&instruction("ENTRYPOINT"))[0];
    let (build, _) = CONTAINERFILE.split_once("FROM scratch").unwrap();
    assert!(build.contains(&format!("/image{program}")), "{program}");
    let user = instruction("USER");
    let numbers = user.split(':').map(|it| it.parse::<u32>().unwrap());
    assert!(numbers.clone().count() == 2 && numbers.into_iter().all(|it| it > 0));
    for (_, arguments) in instructions().iter().filter(|(name, _)| name == "COPY") {
        let from = arguments.split(' ').find(|it| it.starts_with("/image"));
        let path = from.expect("everything comes from the folder of the image");
        assert!(build.contains(path), "{path}");
    }
    assert!(
        arguments_of_check(&instruction("HEALTHCHECK")).starts_with(std::slice::from_ref(program))
    );
    for file in ["Cargo.lock", "xtask/Cargo.toml", "gateway/Cargo.toml"] {
        assert!(root().join(file).is_file(), "{file}");
    }
}

/// The command of a health check.
fn arguments_of_check(instruction: &str) -> Vec<String> {
    words(instruction.split_once("CMD ").unwrap().1)
}

#[test]
fn the_compose_file_gives_no_rights_and_publishes_no_port_for_operations() {
    let compose = compose();
    let services = compose["services"].as_hash().unwrap();
    for (name, service) in services {
        let name = name.as_str().unwrap();
        assert_eq!(service["read_only"].as_bool(), Some(true), "{name}");
        assert_eq!(texts(&service["cap_drop"]), ["ALL"], "{name}");
        assert_eq!(texts(&service["security_opt"]), ["no-new-privileges:true"]);
        for secret in texts(&service["secrets"]) {
            let file = compose["secrets"][&*secret]["file"].as_str().unwrap();
            assert_eq!(file, format!("./secrets/{secret}"));
        }
    }
    let gateway = &compose["services"]["gateway"];
    assert_eq!(texts(&gateway["ports"]), ["127.0.0.1:8080:8080"]);
    assert!(compose["services"]["valkey"]["ports"].is_badvalue());
    let build = &gateway["build"];
    let context = root()
        .join("gateway/deploy")
        .join(build["context"].as_str().unwrap());
    assert!(
        context
            .join(build["dockerfile"].as_str().unwrap())
            .is_file()
    );
    // The web server in front, and nobody else, says whom it forwards for.
    let network = &compose["networks"]["default"]["ipam"]["config"][0];
    let trusted = format!(
        "access.trusted_proxies={}",
        network["gateway"].as_str().unwrap()
    );
    assert!(texts(&gateway["command"]).contains(&trusted));
}

#[test]
fn check_accepts_what_image_and_compose_file_make() {
    let folder = programs::folder("container-check");
    let checked = gateway_as_composed(&folder, "check")
        .args(["--copies", "2"])
        .output()
        .unwrap();
    let said = String::from_utf8(checked.stderr).unwrap();
    assert!(checked.status.success(), "{said}");
    let minds: Vec<&str> = said
        .lines()
        .filter(|line| !line.contains("files open here"))
        .collect();
    // An unknown setting would be warned of too.
    assert!(
        minds.len() == 1 && minds[0].contains("without TLS"),
        "{said}"
    );
}

#[test]
fn they_run_together_and_the_health_check_says_so() {
    let upstream = FakeAccelerate::new(|_, stream| send_session(stream));
    let folder = programs::folder("container-run");
    secrets(&folder);
    let valkey = texts(&compose()["services"]["valkey"]["command"]);
    assert_eq!(valkey[0], "valkey-server");
    let address = programs::free_address();
    let redis = Redis::start_at(address, |data| {
        let inside = |it: &String| {
            let it = it.replace("/run/secrets", folder.to_str().unwrap());
            it.replace("/data", data.to_str().unwrap())
        };
        let mut flags: Vec<String> = valkey[1..].iter().map(inside).collect();
        // Where it listens is this test's matter.
        let port = address.port().to_string();
        flags.extend(["--bind", "127.0.0.1", "--port", &port].map(str::to_owned));
        flags
    });
    let mut serve = gateway_as_composed(&folder, "serve");
    let store = fs::read_to_string(folder.join("store")).unwrap();
    let store = store.replace("valkey:6379", &redis.address.to_string());
    fs::write(folder.join("store"), store).unwrap();
    serve
        .args(["--set", "limits.lame_duck=0s"])
        .env("GATEWAY_LISTEN", "127.0.0.1:0")
        .env("GATEWAY_OPS_LISTEN", "127.0.0.1:0")
        .env("ACCELERATE_URL", format!("http://{}/api", upstream.address));
    let copy = Copy::spawn(&mut serve);
    assert!(copy.ops("/readyz").text().contains("\"store\":\"up\""));
    let check = arguments_of_check(&instruction("HEALTHCHECK"));
    let health = || {
        let mut health = programs::gateway(&check[1]);
        health
            .args(&check[2..])
            .env("GATEWAY_OPS_LISTEN", copy.ops_address.to_string());
        health.output().unwrap().status.success()
    };
    assert!(health());
    copy.signal("KILL");
    programs::eventually("it is not healthy", || !health());
}
