//! The job of `real/job.py` over reqwest with reqwest-retry, as their documentation shows it: what counts as transient
//! (429, 408, any 5xx, a lost connection) is tried again, whatever the method, with exponential waits, three times.

use std::env;
use std::process::ExitCode;
use std::time::Duration;

use reqwest::{Client, Method};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use reqwest_retry::RetryTransientMiddleware;
use reqwest_retry::policies::ExponentialBackoff;
use serde_json::{Value, json};

const RETRIES_MAX: u32 = 3;
const PAGE_ITEMS: usize = 100;
const JOINERS: usize = 12;
const CHANGED: usize = 8;
const LEAVERS: usize = 6;
const WORK: Duration = Duration::from_millis(100);

struct Job {
    client: ClientWithMiddleware,
    url: String,
    token: String,
    failed: Vec<String>,
}

impl Job {
    async fn call(&mut self, method: Method, path: &str, body: Option<Value>) -> Option<Value> {
        tokio::time::sleep(WORK).await;
        let mut request =
            self.client.request(method.clone(), format!("{}{path}", self.url)).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let told = match request.send().await.map(|reply| reply.error_for_status()) {
            Ok(Ok(reply)) => match reply.json().await {
                Ok(body) => return Some(body),
                Err(error) => error.to_string(),
            },
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        self.failed.push(format!("{method} {path}: {told}"));
        None
    }

    async fn run(&mut self) {
        let mut users: Vec<Value> = Vec::new();
        loop {
            let path = format!("/users?page={}&per_page={PAGE_ITEMS}", users.len() / PAGE_ITEMS + 1);
            let Some(page) = self.call(Method::GET, &path, None).await else { break };
            let items = page["users"].as_array().cloned().unwrap_or_default();
            let came = items.len();
            users.extend(items);
            if came == 0 || users.len() as u64 >= page["total"].as_u64().unwrap_or(0) {
                break;
            }
        }
        for n in 0..JOINERS {
            let (email, last) = (format!("joiner{n}@example.com"), format!("Number {n}"));
            let user = json!({"email": email, "firstName": "Joiner", "lastName": last});
            self.call(Method::POST, "/users", Some(user)).await;
        }
        let active = users.iter().filter(|user| user["active"] == true).take(CHANGED + LEAVERS);
        for (n, user) in active.enumerate() {
            let mut user = user.clone();
            if n < CHANGED {
                user["title"] = json!("Moved");
            } else {
                user["active"] = json!(false);
            }
            let path = format!("/users/{}", user["id"].as_str().unwrap_or_default());
            self.call(Method::PUT, &path, Some(user)).await;
        }
        println!("{} users read; {} calls failed", users.len(), self.failed.len());
        for line in &self.failed {
            println!("  {line}");
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let policy = ExponentialBackoff::builder().build_with_max_retries(RETRIES_MAX);
    let plain = Client::builder().timeout(Duration::from_secs(5)).build()?;
    let client = ClientBuilder::new(plain).with(RetryTransientMiddleware::new_with_policy(policy)).build();
    let (url, token) = (env::var("STANDIN_COFENSE_REST_URL")?, env::var("STANDIN_COFENSE_API_TOKEN")?);
    let mut job = Job { client, url, token, failed: Vec::new() };
    job.run().await;
    Ok(if job.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
