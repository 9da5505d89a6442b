//! Dead letters that are sent again, with a power cut in the middle.

use super::{counts, file, refused};
use crate::jobs::Replay;
use crate::server::tests::Server;
use model::{Class, DataflowId, DataflowNo, Export, ExportSeq, Lane, Timestamp};
use std::collections::BTreeMap;
use store::{LetterKey, Memory, Sought};

/// Lets everything that waits die, and gives it by id.
async fn kill(server: &Server) -> Vec<Export> {
    let mut dead = Vec::new();
    loop {
        let lane = Lane {
            dataflow: DataflowNo(0),
            class: Class::Live,
        };
        let claimed = server.store.claim(lane, Timestamp::MAX, 50, usize::MAX).unwrap();
        if claimed.is_empty() {
            return dead;
        }
        server
            .store
            .settle(claimed.iter().map(refused).collect())
            .await
            .unwrap();
        dead.extend(claimed.into_iter().map(|one| one.export));
    }
}

fn letters(server: &Server) -> Vec<ExportSeq> {
    let all = server
        .store
        .letters(&Sought::default(), LetterKey::default(), usize::MAX, usize::MAX);
    all.unwrap()
        .letters
        .into_iter()
        .map(|((_, number), _)| number)
        .collect()
}

/// 150 letters, of which 20 were overtaken, one was purged and one never was: the others come as they were recorded,
/// once each, wherever power fails.
#[tokio::test(start_paused = true)]
async fn dead_letters_are_sent_again_as_recorded() {
    for cut in [
        None,
        Some(0),
        Some(1),
        Some(3),
        Some(7),
        Some(15),
        Some(31),
        Some(90),
    ] {
        let disk = Memory::new();
        let mut server = Server::start(&disk);
        server
            .put(&file(Some("segments: [gold, silver], attributes: [points]")))
            .await;
        server.post(0..150, 1_500).await;
        let dead = kill(&server).await;
        server.post(0..20, 1_501).await;
        let overtaking = server.deliver(DataflowNo(0)).await;
        assert_eq!((dead.len(), overtaking.len()), (150, 20));
        let mut wanted = letters(&server);
        assert_eq!(
            server
                .store
                .purge(vec![(DataflowNo(0), wanted[149])])
                .await
                .unwrap(),
            1
        );
        wanted.push(ExportSeq(1_000_000));
        let replay = Replay {
            dataflow: DataflowId::new("flow").unwrap(),
            letters: wanted,
            rate: None,
            error_budget: None,
        };
        let job = server.control.replay(&replay).await.unwrap().unwrap();
        assert_eq!((job.kind, job.total), ("replay", 151));
        if let Some(yields) = cut {
            for _ in 0..yields {
                tokio::task::yield_now().await;
            }
            server.crash(&disk).await;
            server = Server::start(&disk);
        }
        let (jobs, sent) = server.finish().await;
        assert_eq!(counts(&jobs[0]), (151, 129, 0, 22, 0), "{cut:?}");
        let recorded: BTreeMap<_, _> = dead.iter().map(|export| (export.id(), export)).collect();
        assert_eq!(sent.len(), 129, "{cut:?}");
        for again in &sent {
            let mut once = recorded[&again.id()].clone();
            once.lane.class = Class::Bulk;
            assert_eq!(*again, once);
        }
        let account = server.store.account(DataflowNo(0)).unwrap();
        assert_eq!(
            (account.delivered, account.balanced()),
            (149, true),
            "{account:?}"
        );
        assert_eq!(letters(&server).len(), 20, "{cut:?}");
        server.stop().await;
    }
}
