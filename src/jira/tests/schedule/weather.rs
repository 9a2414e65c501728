/// What goes wrong in a schedule. A rate says "once in so many times"; 0 is
/// never.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weather {
    pub name: &'static str,
    pub workers: u64,
    /// How many calls each worker makes.
    pub calls: u64,
    /// The longest time between two calls of a worker.
    pub gap_ms: u64,
    /// The token server acts, and the answer is lost.
    pub lost_answers: u64,
    /// The token server is not reached.
    pub lost_requests: u64,
    /// It answers 429 or 503, and does nothing.
    pub refusals: u64,
    /// It answers 502 and has acted.
    pub lying_errors: u64,
    /// It takes up to 40 seconds.
    pub slow_answers: u64,
    /// The store is not available, for up to 40 seconds.
    pub outages: u64,
    /// A put is done and reported as failed.
    pub false_failures: u64,
    /// A worker ends, at any of its effects.
    pub crashes: u64,
    /// A worker stands still for up to 90 seconds.
    pub stalls: u64,
    /// By how much a worker's clock is ahead or behind at most.
    pub skew_ms: u64,
}

const MINUTE_MS: u64 = 60_000;

impl Weather {
    /// Whether the whole schedule is over within Atlassian's leeway: then
    /// nothing whatever may cost the grant.
    pub fn is_dense(&self) -> bool {
        self.gap_ms <= 2 * MINUTE_MS
    }

    /// Whether clocks differ by no more than leases allow for.
    pub fn leases_hold(&self) -> bool {
        self.skew_ms <= 7_000
    }

    pub fn all() -> Vec<Self> {
        let fair = Self {
            name: "fair",
            workers: 4,
            calls: 2,
            gap_ms: MINUTE_MS,
            ..Self::default()
        };
        let crowd = Self {
            name: "crowd",
            workers: 9,
            calls: 1,
            gap_ms: 300,
            skew_ms: 5_000,
            ..fair
        };
        let wire = Self {
            name: "wire",
            lost_answers: 4,
            lost_requests: 6,
            refusals: 5,
            lying_errors: 8,
            slow_answers: 5,
            skew_ms: 5_000,
            ..fair
        };
        let store = Self {
            name: "store",
            outages: 40,
            false_failures: 6,
            slow_answers: 8,
            ..fair
        };
        let deaths = Self {
            name: "deaths",
            crashes: 40,
            stalls: 120,
            slow_answers: 4,
            skew_ms: 7_000,
            ..fair
        };
        let clocks = Self {
            name: "clocks",
            skew_ms: 10 * MINUTE_MS,
            stalls: 150,
            slow_answers: 4,
            lost_answers: 8,
            ..fair
        };
        let storm = Self {
            name: "storm",
            workers: 5,
            lost_answers: 6,
            lost_requests: 8,
            refusals: 8,
            lying_errors: 12,
            slow_answers: 4,
            outages: 80,
            false_failures: 10,
            crashes: 100,
            stalls: 200,
            skew_ms: 7_000,
            ..fair
        };
        let days = Self {
            name: "days",
            workers: 3,
            calls: 6,
            gap_ms: 100 * MINUTE_MS,
            ..storm
        };
        vec![fair, crowd, wire, store, deaths, clocks, storm, days]
    }
}
