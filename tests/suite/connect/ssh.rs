//! An SSH client's bytes through the built binary: both ways, as they are, and to nobody where nobody answers.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use super::Site;
use super::input::fed;

/// A server that says who it is and gives back each line, until its client closes.
fn server() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("its address").port();
    std::thread::spawn(move || {
        while let Ok((mut socket, _)) = listener.accept() {
            let _ = socket.write_all(b"SSH-2.0-test\r\n");
            let mut lines = BufReader::new(socket.try_clone().expect("its other end"));
            let mut line = Vec::new();
            while lines.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
                let _ = socket.write_all(&std::mem::take(&mut line));
            }
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ssh_client_reaches_an_instance_by_name_and_by_id_and_only_its_bytes_are_printed() {
    let context = Site::with(&["kajimaru"]).await;
    let port = server().to_string();
    let text = "SSH-2.0-client\r\n\u{3}\u{4}~.\u{1b}[31m\u{0}\n";
    let said = fed(&context, &["ssh-proxy", "kajimaru/kajimaru-ec2-01", &port], text.as_bytes().to_vec());
    assert_eq!((said.code, said.out.as_str()), (Some(0), format!("SSH-2.0-test\r\n{text}").as_str()), "{}", said.err);
    let entries = std::fs::read_to_string(context.peer.home().join("state/journal.jsonl")).unwrap_or_default();
    assert!(entries.is_empty() || entries.contains("AWS-StartSSHSession"), "{entries}");
    let nobody = fed(&context, &["ssh-proxy", "kajimaru/nobody", &port], Vec::new());
    assert_eq!((nobody.code, nobody.out.as_str()), (Some(5), ""), "{}", nobody.err);
    context.gateway.assert_clean();
}
