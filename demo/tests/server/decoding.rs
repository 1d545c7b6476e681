use crate::client::TestServer;
use accelerate::decode;
use accelerate::session::{Details, Session, State, Status};
use demo::consumers;
use demo::faults::SessionFault;

fn decoded(demo: &TestServer, consumer: &str) -> Session {
    let reply = demo.endpoint(consumer, "getsession").unwrap();
    decode::session(&reply.body).unwrap_or_else(|problem| panic!("{consumer}: {problem:?}"))
}

#[test]
fn every_session_without_a_fault_is_decoded() {
    let demo = TestServer::start();
    for consumer in consumers::ALL {
        match consumer.fault {
            None | Some(SessionFault::Slow | SessionFault::ExpiresLater | SessionFault::Flaky) => {
                decoded(&demo, consumer.name);
            }
            Some(SessionFault::Closed) => {}
            Some(_) => {
                let reply = demo.endpoint(consumer.name, "getsession").unwrap();
                assert!(reply.status >= 400 || decode::session(&reply.body).is_err());
            }
        }
    }
}

#[test]
fn the_couples_dossier_has_every_kind_of_product_and_action() {
    let demo = TestServer::start();
    let session = decoded(&demo, "eva");
    let kinds: Vec<&str> = session
        .products
        .iter()
        .map(|product| match &product.details {
            Details::Mortgage(_) => "MORTGAGE",
            Details::Credit(_) => "CREDIT",
            Details::Other { kind, .. } => kind,
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "MORTGAGE",
            "CREDIT",
            "TERM_LIFE_INSURANCE",
            "HOUSE_VALUATION"
        ]
    );
    assert_eq!(session.actions.len(), 21);
    for status in [Status::Open, Status::Rejected, Status::Done] {
        assert!(
            session
                .actions
                .iter()
                .any(|action| action.status() == status),
            "{status:?}"
        );
    }
    let some = |test: fn(&accelerate::session::Action) -> bool| {
        session.actions.iter().any(|action| test(action))
    };
    assert!(some(|it| it.offers == Default::default()));
    assert!(some(|it| it.offers.otd));
    assert!(some(|it| it.offers.upload.is_some() && it.offers.download));
    assert!(some(|it| it.product_id.is_none()));
    let appointment = session.appointment.unwrap();
    assert!(
        appointment.subject.is_some() && appointment.start.is_some() && appointment.end.is_some()
    );
    let (owner, advisor) = (
        session.dossier.owner.unwrap(),
        session.dossier.advisor.unwrap(),
    );
    assert!(owner.avatar.unwrap().starts_with("data:image/jpeg;"));
    assert!(advisor.avatar.unwrap().starts_with("data:image/png;"));
    assert_ne!(owner.name, advisor.name);
}

#[test]
fn special_dossiers_contain_what_their_names_promise() {
    let demo = TestServer::start();
    assert_eq!(decoded(&demo, "lang").actions.len(), 5_000);
    assert!(decoded(&demo, "leeg").products.is_empty());
    assert!(decoded(&demo, "leeg").actions.is_empty());
    assert_eq!(decoded(&demo, "gesloten").state, State::Closed);
    assert_eq!(decoded(&demo, "vijandig").actions.len(), 20);
}
