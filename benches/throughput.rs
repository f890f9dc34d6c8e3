//! How fast Standin answers, beside what the machine allows: a bare hyper server that answers constant bytes of the
//! same size, in the same process, over the same kind of connection, in rounds that alternate.
//!
//! `cargo bench` prints a table; `cargo bench -- --seconds 3 --rounds 7` measures longer. See `README.md` beside this.

use std::convert::Infallible;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use standin::control::{Access, Desk};
use standin::engine::{Engine, Setup};
use standin::serve::Choice;
use standin::server::{Address, Door, Limits, open, run};

mod arrange;
use arrange::{Around, VENDOR, arrange};

/// Recipients in the store that is measured.
const RECIPIENTS: usize = 100_000;
/// Connections that call at the same time, each from a thread of its own.
const CONNECTIONS: usize = 4;
/// How often a binary is started to see how long that takes.
const STARTS: usize = 15;
/// Longest response that is read, in bytes.
const RESPONSE_BYTES_MAX: usize = 1024 * 1024;

/// One kind of call.
struct Case {
    name: &'static str,
    /// How many requests are sent before the first answer is read.
    depth: usize,
    /// What stands around it.
    around: Around,
    /// The nth request.
    request: fn(u64) -> Vec<u8>,
    /// What design demands, as a part of the limit.
    wanted: f64,
}

const CASES: &[Case] = &[
    Case { name: "GET one user", depth: 1, around: Around::Nothing, request: get_one, wanted: 0.7 },
    Case {
        name: "GET one user, 16 at once",
        depth: 16,
        around: Around::Nothing,
        request: get_one,
        wanted: 0.7,
    },
    Case { name: "GET one user, limits on", depth: 1, around: Around::Limits, request: get_one, wanted: 0.7 },
    Case {
        name: "GET one user, limits on, 16 at once",
        depth: 16,
        around: Around::Limits,
        request: get_one,
        wanted: 0.7,
    },
    Case {
        name: "GET one user, a rule armed",
        depth: 1,
        around: Around::Chaos,
        request: get_one,
        wanted: 0.7,
    },
    Case {
        name: "GET one user, a rule armed, 16 at once",
        depth: 16,
        around: Around::Chaos,
        request: get_one,
        wanted: 0.7,
    },
    Case { name: "list 100 of 100,000", depth: 1, around: Around::Nothing, request: list, wanted: 0.5 },
    Case {
        name: "list 100 of 100,000, 16 at once",
        depth: 16,
        around: Around::Nothing,
        request: list,
        wanted: 0.5,
    },
    Case { name: "create", depth: 1, around: Around::Nothing, request: create, wanted: 0.5 },
    Case { name: "create, 16 at once", depth: 16, around: Around::Nothing, request: create, wanted: 0.5 },
];

fn get_one(nth: u64) -> Vec<u8> {
    // Ids of this vendor go up by three; all over the store, so that no cache is flattered.
    let id = 123 + 3 * (nth.wrapping_mul(7_919) % RECIPIENTS as u64);
    request(&format!("GET /{VENDOR}/v2/users/u{id}"), "")
}

fn list(nth: u64) -> Vec<u8> {
    let page = 1 + nth.wrapping_mul(7_919) % (RECIPIENTS as u64 / 100);
    request(&format!("GET /{VENDOR}/v2/users?page={page}&per_page=100"), "")
}

fn create(nth: u64) -> Vec<u8> {
    let body = format!(
        r#"{{"email":"new{nth}@example.com","firstName":"Ada","lastName":"Byron","title":"Analyst"}}"#
    );
    request(&format!("POST /{VENDOR}/v2/users"), &body)
}

fn request(line: &str, body: &str) -> Vec<u8> {
    let content = match body {
        "" => String::new(),
        body => format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()),
    };
    format!(
        "{line} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {VENDOR}-api-token\r\n{content}\r\n{body}"
    )
    .into_bytes()
}

#[expect(clippy::disallowed_methods, reason = "a benchmark asks the real time")]
fn now() -> Instant {
    Instant::now()
}

fn main() {
    let (mut seconds, mut rounds) = (1.0, 5);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match (word.as_str(), words.next().and_then(|value| value.parse::<f64>().ok())) {
            ("--seconds", Some(value)) => seconds = value,
            ("--rounds", Some(value)) => rounds = value as usize,
            // Cargo says that this is a bench, and may pass a filter.
            _ => {}
        }
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads");
    let started = now();
    let (standin, engine) = runtime.block_on(start_standin());
    println!("engine with {RECIPIENTS} recipients: {} ms\n", started.elapsed().as_millis());
    println!("| call | limit, requests/s | Standin, requests/s | of the limit | wanted | bytes |");
    println!("|---|---:|---:|---:|---:|---:|");
    let counter = AtomicU64::new(0);
    for case in CASES {
        arrange(&engine, case.around);
        let sample = Client::to(standin).call(&(case.request)(counter.fetch_add(1, Ordering::Relaxed)));
        let limit = runtime.block_on(start_limit(&sample));
        let mut rates = Vec::new();
        for _ in 0..rounds {
            let of_limit = rate(limit, case, seconds, &AtomicU64::new(0));
            let of_standin = rate(standin, case, seconds, &counter);
            rates.push((of_limit, of_standin));
        }
        let (of_limit, of_standin) =
            (median(rates.iter().map(|one| one.0)), median(rates.iter().map(|one| one.1)));
        // Of each pair of neighbours in time, so that a machine that slows down slows both.
        let ratio = median(rates.iter().map(|(limit, standin)| standin / limit));
        println!(
            "| {} | {of_limit:.0} | {of_standin:.0} | {:.0} % | {:.0} % | {} |",
            case.name,
            ratio * 100.0,
            case.wanted * 100.0,
            sample.len(),
        );
    }
    start_up();
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Requests a second that a server answers, all connections together.
fn rate(server: SocketAddr, case: &Case, seconds: f64, counter: &AtomicU64) -> f64 {
    let is_over = AtomicBool::new(false);
    let answered = AtomicU64::new(0);
    let started = now();
    thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                let mut client = Client::to(server);
                let mut batch = Vec::new();
                while !is_over.load(Ordering::Relaxed) {
                    batch.clear();
                    for _ in 0..case.depth {
                        batch.extend((case.request)(counter.fetch_add(1, Ordering::Relaxed)));
                    }
                    client.send(&batch);
                    for _ in 0..case.depth {
                        client.receive();
                    }
                    answered.fetch_add(case.depth as u64, Ordering::Relaxed);
                }
            });
        }
        thread::park_timeout(Duration::from_secs_f64(seconds));
        is_over.store(true, Ordering::Relaxed);
    });
    answered.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64()
}

/// A client that costs next to nothing: it looks for the length of the body and no further.
struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

impl Client {
    fn to(server: SocketAddr) -> Self {
        let stream = TcpStream::connect(server).expect("somebody listens");
        stream.set_nodelay(true).expect("no delay");
        Self { stream, buffer: vec![0; RESPONSE_BYTES_MAX], filled: 0 }
    }

    fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("the server listens");
    }

    /// Reads one response, which must be a success; its length.
    fn receive(&mut self) -> usize {
        loop {
            if let Some(length) = length(&self.buffer[..self.filled])
                && length <= self.filled
            {
                let response = &self.buffer[..length];
                assert!(response.starts_with(b"HTTP/1.1 20"), "{}", String::from_utf8_lossy(response));
                self.buffer.copy_within(length..self.filled, 0);
                self.filled -= length;
                return length;
            }
            let read = self.stream.read(&mut self.buffer[self.filled..]).expect("the server answers");
            assert!(read > 0, "the server hung up");
            self.filled += read;
        }
    }

    fn call(&mut self, request: &[u8]) -> Vec<u8> {
        self.send(request);
        let before = self.receive();
        // What was moved to the front is nothing: one request, one response.
        self.buffer[..before].to_vec()
    }
}

/// The length of the response that a buffer begins with, once its headers are there.
fn length(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let length = head.split("\r\n").find_map(|line| line.strip_prefix("content-length: "))?;
    Some(end + length.parse::<usize>().ok()?)
}

async fn start_standin() -> (SocketAddr, Arc<Engine>) {
    let mut setup = Setup::new(Choice::default().read().expect("the profiles are good").profiles);
    setup.recipients = RECIPIENTS;
    let engine = Arc::new(Engine::start(setup).expect("the engine starts"));
    let door = Door { address: Address::Tcp(([127, 0, 0, 1], 0).into()), vendor: None };
    let open = open(vec![door]).await.expect("a free port");
    let Some((Address::Tcp(address), _)) = open.addresses().into_iter().next() else {
        panic!("a port was asked for")
    };
    let desk = Desk::new(Arc::clone(&engine), Access::default());
    tokio::spawn(run(open, Arc::new(desk), Limits::default(), std::future::pending()));
    (address, engine)
}

/// A server of hyper alone that answers every request with the bytes of a response, after reading its body.
async fn start_limit(sample: &[u8]) -> SocketAddr {
    let end = sample.windows(4).position(|four| four == b"\r\n\r\n").expect("a response") + 4;
    let body = Bytes::copy_from_slice(&sample[end..]);
    // A header more than hyper's own, as long as those of the sample, so that both send the same number of bytes.
    let own = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 000\r\ndate: Sun, 22 Nov 2026 00:00:00 GMT\r\nx: \r\n\r\n";
    let filling = HeaderValue::from_str(&"x".repeat(end.saturating_sub(own.len()))).expect("a header");
    let listener = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.set_nonblocking(true).map(|()| listener));
    let listener = tokio::net::TcpListener::from_std(listener.expect("a free port")).expect("a listener");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).expect("no delay");
            let (body, filling) = (body.clone(), filling.clone());
            tokio::spawn(async move {
                let answer = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                    let (body, filling) = (body.clone(), filling.clone());
                    async move {
                        if request.method() == hyper::Method::POST {
                            let _ = request.into_body().collect().await;
                        }
                        let mut response = hyper::Response::new(Full::new(body));
                        response
                            .headers_mut()
                            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                        response.headers_mut().insert(HeaderName::from_static("x"), filling);
                        Ok::<_, Infallible>(response)
                    }
                });
                let http = hyper::server::conn::http1::Builder::new();
                let _ = http.serve_connection(TokioIo::new(stream), answer).await;
            });
        }
    });
    address
}

/// How long the binary takes from its start to its ready line, and what it then holds in memory.
fn start_up() {
    println!("\n| the binary | start to ready, ms | resident, MiB |\n|---|---:|---:|");
    for (name, recipients, starts) in [
        ("250 recipients", "250", STARTS),
        ("100,000 recipients", "100000", 3),
        ("1,000,000 recipients, one vendor", "1000000", 1),
    ] {
        let mut times = Vec::new();
        let mut resident = None;
        for _ in 0..starts {
            let mut command = Command::new(env!("CARGO_BIN_EXE_standin"));
            command.args(["--listen", "127.0.0.1:0", "--recipients", recipients]);
            if recipients.len() > 6 {
                command.args(["--vendors", VENDOR]);
            }
            let started = now();
            let mut child =
                command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the binary can be run");
            let mut line = String::new();
            let stdout = child.stdout.take().expect("a pipe was asked for");
            BufReader::new(stdout).read_line(&mut line).expect("a ready line");
            times.push(started.elapsed().as_secs_f64() * 1_000.0);
            assert!(line.contains("ready"), "no ready line but {line:?}");
            resident = resident_mib(child.id()).ok();
            let _ = child.kill();
            let _ = child.wait();
        }
        let resident = resident.map_or_else(|| "?".to_owned(), |mib| format!("{mib:.1}"));
        println!("| {name} | {:.1} | {resident} |", median(times.into_iter()));
    }
    let size = std::fs::metadata(env!("CARGO_BIN_EXE_standin")).map_or(0, |binary| binary.len());
    println!("\nthe binary as built for benches: {:.1} MiB", size as f64 / 1024.0 / 1024.0);
}

/// The memory that a process holds, as Linux tells.
fn resident_mib(process: u32) -> io::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.map(|kib| kib / 1024.0).ok_or_else(|| io::ErrorKind::NotFound.into())
}
