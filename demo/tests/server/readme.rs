use crate::client::TestServer;

const README: &str = include_str!("../../README.md");

#[test]
fn the_readme_lists_every_consumer_office_page_file_name_and_odd_document() {
    for consumer in demo::consumers::ALL {
        assert!(
            README.contains(&format!("| `{}` |", consumer.name)),
            "{}",
            consumer.name
        );
    }
    for (name, _, _) in demo::faults::UploadFault::ALL {
        assert!(README.contains(&format!("| `{name}` |")), "{name}");
    }
    for (name, _, _) in demo::server::OfficePage::ALL {
        assert!(README.contains(&format!("| `{name}` |")), "{name}");
    }
    for (name, _, _) in demo::networks::Network::ALL {
        assert!(README.contains(&format!("| `{name}` |")), "{name}");
    }
    let session = TestServer::start().session("documenten");
    let actions = session["duplicate_comfort_data"]["productactions"]
        .as_object()
        .unwrap();
    for action in actions.values() {
        let label = action["label"].as_str().unwrap();
        assert!(README.contains(&format!("| {label} |")), "{label}");
    }
}
