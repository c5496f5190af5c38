//! Figures for whoever watches the process: `/metrics`, `/healthz`, `/readyz`.
//!
//! Invariants: labels come from a closed list (route patterns, methods, statuses), so memory is bounded whatever is asked
//! for; nothing personal is in a figure. `/metrics` is for this machine or a key. Left out: business figures, which are
//! reports.

use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::{Method, StatusCode};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// What `/metrics` is sent as.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Upper ends of the latency buckets in seconds.
const BUCKETS_S: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// One figure read from elsewhere at the moment it is asked for, such as the length of a queue.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// In Prometheus's manner, unit last: `owed_unknown_payments_age_seconds`.
    pub name: &'static str,
    pub help: &'static str,
    pub value: i64,
}

type Source = Box<dyn Fn() -> Vec<Reading> + Send + Sync>;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabel {
    route: String,
}

/// Every figure of the process.
pub struct Metrics {
    registry: Registry,
    answers: Family<Answer, Counter>,
    latency: Family<RouteLabel, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    sources: Arc<Sources>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    pub fn new() -> Metrics {
        let mut registry = Registry::default();
        let answers = Family::<Answer, Counter>::default();
        let latency = Family::<RouteLabel, Histogram, fn() -> Histogram>::new_with_constructor(|| Histogram::new(BUCKETS_S));
        let in_flight = Gauge::default();
        let build = Gauge::<u64, AtomicU64>::default();
        build.set(1);
        let sources = Arc::new(Sources::default());
        registry.register("owed_http_requests", "Requests answered", answers.clone());
        registry.register("owed_http_request_duration_seconds", "Time from request to answer", latency.clone());
        registry.register("owed_http_requests_in_flight", "Requests being answered now", in_flight.clone());
        let labels = [("version".into(), crate::build::VERSION.into()), ("commit".into(), crate::build::COMMIT.into())];
        registry.sub_registry_with_labels(labels.into_iter()).register("owed_build", "Which build this is", build);
        registry.register_collector(Box::new(Collected(Arc::clone(&sources))));
        Metrics { registry, answers, latency, in_flight, sources }
    }

    /// Adds figures that are read whenever `/metrics` is asked for. The function must not wait.
    pub fn add_source(&self, source: impl Fn() -> Vec<Reading> + Send + Sync + 'static) {
        self.sources.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(Box::new(source));
    }

    /// One request more is being answered, until the guard is dropped.
    pub fn begin(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    /// One request was answered. `route` is the route's pattern.
    pub fn answered(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let answer = Answer { method: known(method), route: route.to_owned(), status: status.as_u16() };
        self.answers.get_or_create(&answer).inc();
        self.latency.get_or_create(&RouteLabel { route: route.to_owned() }).observe(took.as_secs_f64());
    }

    /// All figures as text.
    pub fn encode(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// A request that is being answered.
pub struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// A client may make methods up; a label may not.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PATCH => "PATCH",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[derive(Default)]
struct Sources(Mutex<Vec<Source>>);

struct Collected(Arc<Sources>);

impl fmt::Debug for Collected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Collected")
    }
}

impl Collector for Collected {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), fmt::Error> {
        let sources = self.0.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        for reading in sources.iter().flat_map(|source| source()) {
            let gauge = encoder.encode_descriptor(reading.name, reading.help, None, MetricType::Gauge)?;
            ConstGauge::new(reading.value).encode(gauge)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_route_and_status() {
        let metrics = Metrics::new();
        let took = Duration::from_millis(3);
        metrics.answered(&Method::GET, "/p/{token}", StatusCode::OK, took);
        metrics.answered(&Method::GET, "/p/{token}", StatusCode::OK, took);
        let strange = Method::from_bytes(b"BREW").expect("a method");
        metrics.answered(&strange, "/p/{token}", StatusCode::METHOD_NOT_ALLOWED, took);
        let running = metrics.begin();
        metrics.add_source(|| vec![Reading { name: "owed_queue_length", help: "Commands waiting", value: 4 }]);
        let text = metrics.encode().expect("text");
        for line in [
            "owed_http_requests_total{method=\"GET\",route=\"/p/{token}\",status=\"200\"} 2",
            "owed_http_requests_total{method=\"other\",route=\"/p/{token}\",status=\"405\"} 1",
            "owed_http_request_duration_seconds_bucket{le=\"0.005\",route=\"/p/{token}\"} 3",
            "owed_http_requests_in_flight 1",
            "owed_queue_length 4",
        ] {
            assert!(text.lines().any(|l| l == line), "{line} is missing in\n{text}");
        }
        assert!(text.contains(&format!("owed_build{{version=\"{}\"", crate::build::VERSION)));
        drop(running);
        assert!(metrics.encode().expect("text").contains("owed_http_requests_in_flight 0"));
    }
}
