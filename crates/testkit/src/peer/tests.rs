use super::Peers;
use crate::script::Answer;
use dispatcher::{Destination, Kind, Rendered, Site, Verdict};
use model::{DataflowId, DestinationId, ExportId, ProfileId, Revision};
use std::sync::Arc;

fn peer(peers: &Peers) -> Arc<dyn Destination> {
    let id = DestinationId::new("d0").unwrap();
    peers
        .open(&id, &serde_json::json!({}), &Site::new("nowhere"))
        .unwrap()
}

fn export(profile: u64, revision: u64) -> Rendered {
    let (profile, revision) = (ProfileId::from_bits(profile), Revision(revision));
    Rendered {
        id: ExportId::of(&DataflowId::new("f").unwrap(), profile, revision),
        profile,
        revision,
        body: b"{}".to_vec(),
        properties: vec![("dataflow", "f".to_owned())],
    }
}

#[tokio::test(start_paused = true)]
async fn it_answers_as_told_and_then_delivers() {
    let peers = Peers::new();
    let peer = peer(&peers);
    peers.will_answer(
        &DestinationId::new("d0").unwrap(),
        &[Answer::Refused, Answer::LostAnswer],
    );
    let verdicts = peer.send(&[export(1, 1), export(2, 1), export(3, 1)]).await;
    let classes: Vec<_> = verdicts.iter().map(Verdict::class).collect();
    assert_eq!(classes, ["refused", "transient", "delivered"]);
    let answers: Vec<_> = peers.sent(0).into_iter().map(|sent| sent.answer).collect();
    assert_eq!(answers, [Answer::Refused, Answer::LostAnswer, Answer::Deliver]);
    assert_eq!(peers.sent(2).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn it_sees_what_overtakes_and_what_was_cut() {
    let peers = Peers::new();
    let peer = peer(&peers);
    peers.will_answer(&DestinationId::new("d0").unwrap(), &[Answer::Hang]);
    let (first, second, other) = ([export(1, 1)], [export(1, 2)], [export(2, 1)]);
    let hangs = tokio::time::timeout(peer.timeout(), peer.send(&first));
    let (hung, _, _) = tokio::join!(hangs, peer.send(&second), peer.send(&other));
    assert!(hung.is_err());
    // The hanging call was dropped: the next one overtakes nothing.
    peer.send(&second).await;
    let overtakes: Vec<_> = peers.sent(0).into_iter().map(|sent| sent.overtakes).collect();
    assert_eq!(overtakes, [false, true, false, false]);
}
