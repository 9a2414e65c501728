//! One small request, in the sandbox and without it, on warm connections.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jira_host::Tenant;
use jira_host::types::Request;
use tokio::task::JoinSet;

use crate::Result;
use crate::awake::Awake;
use crate::native::Native;
use crate::paged::issues;
use crate::report::{Report, Target};
use crate::served::Served;
use crate::server::Server;
use crate::stage::{CONNECTION, Stage};
use crate::timing::{Sample, in_us, ratio};

const PATH: &str = "/myself";

/// How many callers there are at most.
const CALLERS: usize = 64;

/// How often all is measured, how often both take their turn then, and how many
/// requests a turn has. A machine that others use, too, is slow for some seconds
/// at a time.
const ROUNDS: usize = 3;
const TURNS: usize = 7;
const REQUESTS: usize = 6_400;

/// A lone caller has fewer, and so has one that waits.
const LONE_REQUESTS: usize = 1_000;
const WAITING_REQUESTS: usize = 4;

/// How far away the other server is: nearer than Jira.
const DISTANCE: Duration = Duration::from_millis(50);

const MAX_OVERHEAD_US: f64 = 100.0;
const LEAST_THROUGHPUT: f64 = 0.8;

pub(crate) async fn measure(stage: &Stage, report: &mut Report) -> Result<()> {
    let server = Server::start(Arc::new(Served::new(&issues(1)))).await?;
    let native = stage.native(&server)?;
    let tenant = stage.tenant(&server)?;
    let (mut lone, mut rested) = (Vec::new(), Vec::new());
    let mut many = Pair::default();
    for _ in 0..ROUNDS {
        let awake = Awake::keep()?;
        lone.push(Pair::measure(&native, &tenant, 1, LONE_REQUESTS).await?);
        drop(awake);
        rested.push(Pair::measure(&native, &tenant, 1, LONE_REQUESTS).await?);
        many.extend(Pair::measure(&native, &tenant, CALLERS, REQUESTS).await?);
    }
    judge_lone("exchange: 1 caller", lone, report);
    judge_lone("exchange: 1 caller, idle machine", rested, report);
    many.tell("exchange: 64 callers", report);
    many.judge_throughput("exchange: 64 callers", report);

    // The server above answers at once, so both are as fast as the processor.
    // Jira is waited for.
    let distant = Server::start_with(Arc::new(Served::new(&issues(1))), DISTANCE, 1).await?;
    let (native, tenant) = (stage.native(&distant)?, stage.tenant(&distant)?);
    let mut waiting = Pair::default();
    for _ in 0..ROUNDS {
        let requests = CALLERS * WAITING_REQUESTS;
        waiting.extend(Pair::measure(&native, &tenant, CALLERS, requests).await?);
    }
    waiting.judge_throughput("exchange: 64 callers at 50 ms", report);
    Ok(())
}

fn path() -> String {
    format!("/rest/api/3{PATH}")
}

/// Both, side by side.
#[derive(Default)]
struct Pair {
    native: Turns,
    sandboxed: Turns,
}

#[derive(Default)]
struct Turns {
    each: Sample,
    whole: Sample,
}

impl Pair {
    async fn measure(
        native: &Native,
        tenant: &Tenant,
        callers: usize,
        requests: usize,
    ) -> Result<Pair> {
        let mut pair = Pair::default();
        let each = requests / callers;
        for turn in 0..=TURNS {
            let client = native.clone();
            let (natively, natively_each) = crowd(callers, each, move || {
                let client = client.clone();
                async move { client.get(&path()).await.map(|_| ()) }
            })
            .await?;
            let tenant = tenant.clone();
            let (sandboxed, sandboxed_each) = crowd(callers, each, move || {
                let tenant = tenant.clone();
                async move { ask(&tenant).await }
            })
            .await?;
            // The first turn opens the connections.
            if turn > 0 {
                pair.native.add(natively, natively_each);
                pair.sandboxed.add(sandboxed, sandboxed_each);
            }
        }
        Ok(pair)
    }

    fn tell(&self, name: &str, report: &mut Report) {
        for (who, turns) in [("native", &self.native), ("sandboxed", &self.sandboxed)] {
            for (what, part) in [("median", 0.5), ("p99", 0.99)] {
                let value = in_us(turns.each.quantile(part));
                report.tell(format!("{name}, {who} {what}"), value, "µs");
            }
        }
    }

    /// How much longer the sandbox takes, in µs.
    fn overhead(&self) -> f64 {
        in_us(self.sandboxed.each.median()) - in_us(self.native.each.median())
    }

    fn extend(&mut self, other: Pair) {
        self.native.extend(other.native);
        self.sandboxed.extend(other.sandboxed);
    }

    fn judge_throughput(&self, name: &str, report: &mut Report) {
        let throughput = ratio(&self.native.whole, &self.sandboxed.whole);
        let target = Target::AtLeast(LEAST_THROUGHPUT);
        report.judge(
            format!("{name}, throughput to native"),
            throughput,
            "x",
            target,
        );
    }
}

impl Turns {
    fn add(&mut self, whole: Duration, each: Sample) {
        self.whole.add(whole);
        self.each.extend(each);
    }

    fn extend(&mut self, other: Turns) {
        self.whole.extend(other.whole);
        self.each.extend(other.each);
    }
}

/// What else a machine does is added to what a lone caller waits, and never taken
/// away. So the least of the rounds is the nearest.
fn judge_lone(name: &str, mut rounds: Vec<Pair>, report: &mut Report) {
    rounds.sort_unstable_by(|one, other| one.overhead().total_cmp(&other.overhead()));
    let most = rounds.last().map_or(f64::NAN, Pair::overhead);
    let Some(least) = rounds.first() else {
        return;
    };
    least.tell(name, report);
    let target = Target::Below(MAX_OVERHEAD_US);
    let label = format!("{name}, median overhead, least of {ROUNDS}");
    report.judge(label, least.overhead(), "µs", target);
    report.tell(format!("{name}, the most of them"), most, "µs");
}

async fn ask(tenant: &Tenant) -> Result<()> {
    let request = Request::get(CONNECTION, PATH);
    tenant.api_request(&request).await??;
    Ok(())
}

/// Has some callers make some requests each. Answers how long that took, and
/// each of them.
async fn crowd<F, Fut>(callers: usize, each: usize, request: F) -> Result<(Duration, Sample)>
where
    F: Fn() -> Fut + Clone + Send + 'static,
    Fut: Future<Output = Result<()>> + Send,
{
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..callers {
        let request = request.clone();
        tasks.spawn(async move {
            let mut sample = Sample::default();
            for _ in 0..each {
                sample.time(request()).await?;
            }
            Result::Ok(sample)
        });
    }
    let mut all = Sample::default();
    while let Some(sample) = tasks.join_next().await {
        all.extend(sample??);
    }
    Ok((begun.elapsed(), all))
}
