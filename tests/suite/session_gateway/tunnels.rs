//! Tunnels against the gateway: they outlive their sessions, change carriers, keep records, and close on every way out.

use futures_util::future::BoxFuture;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use toban::engine::tunnel_supervisor::{Begun, Health, Opens, ReconnectPace, State, Tunnel};
use toban::environment::Member;
use toban::kinds::db_instance::DbInstance;
use toban::kinds::managed_node::Node;
use toban::operations::tunnel;
use toban::operations::tunnel::{Carrier, Remote};
use toban::ssm::channel::{Channel, End};
use toban::ssm::forward::LocalListener;
use toban::ssm::start_request::{SessionSource, StartRequest};
use toban::world::{Coverage, Fault, Reading, Resource, Scope, World};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::vacant::Vacant;
use super::{pattern, server, sessions, settings, within};
use crate::gateway::{self, Gateway};

/// Opens sessions, and notes them in words.
#[derive(Debug)]
struct Way(Arc<dyn SessionSource>, Mutex<Vec<String>>);

impl Way {
    fn lines(&self) -> Vec<String> {
        self.1.lock().unwrap().clone()
    }

    fn note(&self, line: String) {
        self.1.lock().unwrap().push(line);
    }
}

impl Opens for Way {
    fn open<'a>(&'a self, carrier: &'a Carrier, ask: StartRequest) -> BoxFuture<'a, Result<Begun, Fault>> {
        Box::pin(async move {
            let opened = match self.0.open(&ask).await {
                Ok(opened) => opened,
                Err(fault) => {
                    self.note(format!("{} could not: {:?}", carrier.target, fault.kind));
                    return Err(fault);
                }
            };
            self.note(format!("{} opened", carrier.target));
            let session = opened.id.clone();
            Ok(Begun { session, channel: Channel::start(Arc::clone(&self.0), opened, settings(true)) })
        })
    }

    fn ended<'a>(&'a self, _session: &'a str, end: &'a End) -> BoxFuture<'a, ()> {
        self.note(end.sentence());
        Box::pin(async {})
    }
}

/// An account with one database on a port of this machine and these nodes, all in one environment.
fn account(port: u16, nodes: &[&str]) -> (Remote, Vec<Carrier>) {
    let scope = Scope::new("test", gateway::REGION);
    let at = toban_now();
    let mut world = World::default();
    let database = database(port);
    let id = database.id(&scope);
    world.put(&scope, DbInstance::KIND, &Coverage::All, Ok(Reading::whole(vec![database]).into()), at);
    let node = |id: &&str| Node {
        id: (*id).to_owned(),
        name: Some((*id).to_owned()),
        computer: None,
        ping: "Online".to_owned(),
        pinged_at: None,
        agent: None,
        platform: None,
        ip: None,
    };
    let nodes: Vec<Node> = nodes.iter().map(node).collect();
    let member =
        |node: &Node| Member { id: node.id(&scope), name: node.id.clone(), assessment: None, because: Vec::new() };
    let members: Vec<Member> = nodes.iter().map(member).collect();
    world.put(&scope, Node::KIND, &Coverage::All, Ok(Reading::whole(nodes).into()), at);
    let remote = tunnel::remote(&world, &id).unwrap();
    let carriers = tunnel::candidates(&world, &members, &remote).choose(None).unwrap();
    (remote, carriers)
}

fn toban_now() -> jiff::Timestamp {
    jiff::Timestamp::UNIX_EPOCH
}

fn database(port: u16) -> DbInstance {
    DbInstance {
        arn: "arn:aws:rds:ap-northeast-1:123456789012:db:test".into(),
        id: "test".to_owned(),
        status: "available".to_owned(),
        engine: "postgres".to_owned(),
        version: None,
        class: None,
        cluster: None,
        multi_az: false,
        zone: None,
        second_zone: None,
        endpoint: Some("127.0.0.1".to_owned()),
        port: Some(u32::from(port)),
        vpc: None,
        subnet_group: None,
        security_groups: Vec::new(),
        storage_gib: None,
        storage_type: None,
        iops: None,
        max_storage_gib: None,
        backup_days: None,
        backup_window: None,
        maintenance_window: None,
        pending: Vec::new(),
        auto_restart_at: None,
        created_at: None,
        deletion_protection: false,
        public: None,
        replicas: Vec::new(),
        replica_of: None,
        replica_clusters: Vec::new(),
        iam_auth: false,
        master_user: None,
        database: None,
        certificate_until: None,
        lifecycle: None,
        log_exports: Vec::new(),
        tags: [].into(),
    }
}

/// As patient as a test may be.
fn pace() -> ReconnectPace {
    let quick = Duration::from_millis(5);
    ReconnectPace { pauses: (quick, quick), brief: Duration::ZERO, look: quick, ..ReconnectPace::default() }
}

async fn tunnel(gateway: &Gateway, port: u16, nodes: &[&str]) -> (Tunnel, Arc<Way>) {
    tunnel_at(0, gateway, port, nodes).await
}

/// The same with a local port that is chosen.
async fn tunnel_at(local: u16, gateway: &Gateway, port: u16, nodes: &[&str]) -> (Tunnel, Arc<Way>) {
    let (remote, carriers) = account(port, nodes);
    let way = Arc::new(Way(sessions(gateway), Mutex::default()));
    let door = Arc::new(LocalListener::open(local).await.unwrap());
    (Tunnel::start(door, &remote, carriers, Arc::clone(&way) as _, pace()), way)
}

async fn until(tunnel: &Tunnel, test: impl Fn(&Health) -> bool) -> State {
    let mut state = tunnel.state();
    let seen = within(state.wait_for(|state| test(&state.health))).await.unwrap();
    seen.clone()
}

async fn download(tunnel: &Tunnel, seed: u8) -> Vec<u8> {
    let mut socket = TcpStream::connect(tunnel.address()).await.unwrap();
    let mut got = Vec::new();
    // Who is sent away may be so before the first byte.
    if socket.write_u8(seed).await.is_ok() {
        let _ = within(socket.read_to_end(&mut got)).await;
    }
    got
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_idled_out_is_opened_by_the_next_connection() {
    let gateway = Gateway::start().await;
    let (tunnel, book) = tunnel(&gateway, server(9000).await, &["mi-1"]).await;
    until(&tunnel, |health| *health == Health::Up).await;
    assert!(download(&tunnel, 1).await == pattern(1, 9000));
    gateway.time_out();
    let resting = until(&tunnel, |health| matches!(health, Health::Resting(_))).await;
    let Health::Resting(why) = resting.health else { panic!("it rests") };
    assert!(why.contains("timed out due to inactivity"), "{why}");
    assert_eq!(gateway.calls().iter().filter(|call| *call == "StartSession").count(), 1, "nobody asked for another");
    let address = tunnel.address();
    assert!(download(&tunnel, 2).await == pattern(2, 9000), "the next connection opens it");
    let state = tunnel.state().borrow().clone();
    assert_eq!((state.sessions, tunnel.address(), tunnel.traffic().total), (2, address, 2));
    within(tunnel.close()).await;
    gateway.wait_for_calls("TerminateSession", 1).await;
    assert_eq!(
        book.lines(),
        [
            "mi-1 opened",
            "The session ended: Your session timed out due to inactivity and has been terminated.",
            "mi-1 opened",
            "The session was closed from here.",
        ]
    );
    gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_carrier_steps_in_for_one_that_cannot() {
    let gateway = Gateway::start().await;
    let (tunnel, book) = tunnel(&gateway, server(500).await, &["mi-1-offline", "mi-2"]).await;
    let state = until(&tunnel, |health| *health == Health::Up).await;
    assert_eq!(state.via, Some(("mi-2".to_owned(), "mi-2".to_owned())));
    assert!(download(&tunnel, 3).await == pattern(3, 500));
    within(tunnel.close()).await;
    assert_eq!(book.lines()[..2], ["mi-1-offline could not: Refused", "mi-2 opened"]);
    gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nobody_can_whoever_knocks_is_sent_away_until_somebody_does() {
    let gateway = Gateway::start().await;
    let port = server(500).await;
    let (tunnel, _) = tunnel(&gateway, port, &["mi-offline"]).await;
    let down = until(&tunnel, |health| matches!(health, Health::Down(_))).await;
    let Health::Down(fault) = down.health else { panic!("it is down") };
    assert!(fault.sentence().contains("mi-offline is not connected"), "{}", fault.sentence());
    // Two knocks: one may open another attempt, in vain.
    assert_eq!(download(&tunnel, 1).await, b"");
    tunnel.carried_by(account(port, &["mi-3"]).1);
    tunnel.reopen();
    until(&tunnel, |health| *health == Health::Up).await;
    assert!(download(&tunnel, 4).await == pattern(4, 500));
    within(tunnel.close()).await;
    gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_live_side_by_side_and_close_when_dropped() {
    let gateway = Gateway::start().await;
    let ports = [Vacant::new(), Vacant::new()];
    let (one, _) = tunnel_at(ports[0].port(), &gateway, server(40_000).await, &["mi-1"]).await;
    let (two, _) = tunnel_at(ports[1].port(), &gateway, server(50_000).await, &["mi-1"]).await;
    assert_ne!(one.address(), two.address());
    let (first, second) = tokio::join!(download(&one, 5), download(&two, 6));
    assert!(first == pattern(5, 40_000) && second == pattern(6, 50_000));
    let mut states = [one.state(), two.state()];
    drop((one, two));
    for state in &mut states {
        let _ = within(state.wait_for(|state| state.health == Health::Closed)).await;
    }
    gateway.wait_for_calls("TerminateSession", 2).await;
    for port in &ports {
        within(port.is_left()).await;
    }
    gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opening_another_session_ends_the_one_there_is() {
    let gateway = Gateway::start().await;
    let (tunnel, book) = tunnel(&gateway, server(500).await, &["mi-1"]).await;
    let first = until(&tunnel, |health| *health == Health::Up).await.session;
    tunnel.reopen();
    gateway.wait_for_calls("TerminateSession", 1).await;
    gateway.wait_for_calls("StartSession", 2).await;
    let mut state = tunnel.state();
    let again =
        within(state.wait_for(|state| state.sessions == 2 && state.health == Health::Up)).await.unwrap().clone();
    assert_ne!(again.session, first);
    assert!(download(&tunnel, 7).await == pattern(7, 500));
    within(tunnel.close()).await;
    assert_eq!(book.lines()[1], "The session was closed from here.");
    gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_failed_over_is_found_by_another_session() {
    let gateway = Gateway::start().await;
    let (remote, carriers) = account(5432, &["mi-1"]);
    let remote = Remote { host: "test.abc.ap-northeast-1.rds.amazonaws.com".to_owned(), ..remote };
    // Where its name leads to at first, nobody listens any more.
    let left = Vacant::new();
    gateway.databases(left.port());
    let book = Arc::new(Way(sessions(&gateway), Mutex::default()));
    let door = Arc::new(LocalListener::open(0).await.unwrap());
    let slow = ReconnectPace { brief: Duration::from_millis(300), ..pace() };
    let tunnel = Tunnel::start(door, &remote, carriers, Arc::clone(&book) as _, slow);
    until(&tunnel, |health| *health == Health::Up).await;
    assert_eq!(download(&tunnel, 1).await, b"");
    // The name leads elsewhere by now; the session that began before does not know.
    gateway.databases(server(500).await);
    let mut state = tunnel.state();
    within(state.wait_for(|state| state.sessions == 2 && state.health == Health::Up)).await.unwrap();
    assert!(download(&tunnel, 8).await == pattern(8, 500), "the new session finds it");
    assert_eq!((tunnel.traffic().refused, tunnel.state().borrow().sessions), (1, 2));
    within(tunnel.close()).await;
    assert_eq!(book.lines()[..3], ["mi-1 opened", "The session was closed from here.", "mi-1 opened"]);
    gateway.assert_clean();
}

#[tokio::test]
async fn a_local_port_that_is_taken_names_who_has_it() {
    let vacant = Vacant::new();
    let port = vacant.port();
    let first = LocalListener::open(port).await.unwrap();
    assert!(LocalListener::open(port).await.is_err());
    if cfg!(target_os = "linux") {
        let holder = toban::os::ports::holder(port).unwrap();
        assert!(holder.contains(&format!("process {}", std::process::id())), "{holder}");
    }
    drop(first);
    within(vacant.is_left()).await;
    assert_eq!(toban::os::ports::holder(port), None);
}
