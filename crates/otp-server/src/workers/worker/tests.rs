//! Tests of the worker, with paused time.

use std::collections::VecDeque;
use std::sync::Mutex;

use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::sync::{Notify, mpsc};
use tokio::time::advance;
use tracing::field::{Field, Visit};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};

use super::*;

const PERIOD: Duration = Duration::from_secs(10);

/// The effect of a round of the scripted task.
#[derive(Debug, Clone, Copy)]
enum Step {
    Succeed,
    Idle,
    Fail,
    Panic,
    /// Waits until the test opens the gate.
    Wait,
}

/// A task that follows a script, and is idle at its end.
struct Scripted {
    script: Arc<Mutex<VecDeque<Step>>>,
    gate: Arc<Notify>,
    wake: Arc<Notify>,
    rounds: mpsc::UnboundedSender<Instant>,
}

impl Task for Scripted {
    const NAME: &'static str = "follow_a_script";
    const PERIOD: Duration = PERIOD;

    async fn run(&mut self) -> Result<Progress, TaskError> {
        let step = self.script.lock().expect("not poisoned").pop_front();
        self.rounds.send(Instant::now()).expect("the test listens");
        match step.unwrap_or(Step::Idle) {
            Step::Succeed => Ok(Progress::Done),
            Step::Idle => Ok(Progress::Idle),
            Step::Fail => Err("the store is gone".into()),
            Step::Panic => panic!("cannot parse +966551237654"),
            Step::Wait => {
                self.gate.notified().await;
                Ok(Progress::Done)
            }
        }
    }

    async fn woken(&mut self) {
        self.wake.notified().await;
    }
}

/// Randomness that is the same byte again and again.
struct Constant(u8);

impl Randomness for Constant {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0);
    }
}

/// A worker that runs, and what the test can see of it.
struct Observed {
    rounds: mpsc::UnboundedReceiver<Instant>,
    /// The number of tasks that were made.
    made: Arc<Mutex<u32>>,
    gate: Arc<Notify>,
    wake: Arc<Notify>,
    stop: CancellationToken,
    ended: tokio::task::JoinHandle<()>,
}

fn observe(script: &[Step], randomness: u8) -> Observed {
    let script = Arc::new(Mutex::new(script.iter().copied().collect()));
    let (sender, rounds) = mpsc::unbounded_channel();
    let (gate, wake, made) = (Arc::default(), Arc::default(), Arc::default());
    let stop = CancellationToken::new();
    let worker = Worker {
        randomness: Arc::new(Constant(randomness)),
        stop: stop.clone(),
        rounds: Rounds::default(),
    };
    let make = {
        let (gate, wake, made): (_, _, Arc<Mutex<u32>>) =
            (Arc::clone(&gate), Arc::clone(&wake), Arc::clone(&made));
        move || {
            *made.lock().expect("not poisoned") += 1;
            Scripted {
                script: Arc::clone(&script),
                gate: Arc::clone(&gate),
                wake: Arc::clone(&wake),
                rounds: sender.clone(),
            }
        }
    };
    let ended = tokio::spawn(worker.run(make));
    Observed {
        rounds,
        made,
        gate,
        wake,
        stop,
        ended,
    }
}

impl Observed {
    /// Waits for the start of the next rounds. Time passes by itself while everything waits.
    async fn rounds(&mut self, count: usize) -> Vec<Instant> {
        let mut starts = Vec::new();
        for _ in 0..count {
            starts.push(self.rounds.recv().await.expect("the worker runs"));
        }
        starts
    }
}

/// Collects log lines as `LEVEL message [field=value]`.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    /// Collects the lines of this thread until the guard is dropped.
    fn collect(&self) -> tracing::subscriber::DefaultGuard {
        tracing::subscriber::set_default(tracing_subscriber::registry().with(self.clone()))
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().expect("not poisoned").clone()
    }
}

impl<S: tracing::Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let mut text = Text::default();
        event.record(&mut text);
        let line = format!(
            "{} {}{}",
            event.metadata().level(),
            text.message,
            text.fields
        );
        self.0.lock().expect("not poisoned").push(line);
    }
}

#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        } else {
            self.fields += &format!(" [{field}={value:?}]");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_logged_when_it_begins_and_when_it_ends() {
    let lines = Lines::default();
    let _guard = lines.collect();
    use Step::{Fail, Idle, Succeed};
    let script = [Succeed, Fail, Fail, Idle, Fail, Succeed, Succeed, Fail];
    let mut worker = observe(&script, 0);
    worker.rounds(script.len() + 1).await;
    let failed = "WARN failed to follow a script; will retry \
                  [worker=\"follow_a_script\"] [error=the store is gone]";
    let recovered = "INFO able to follow a script again \
                     [worker=\"follow_a_script\"] [failed_rounds=3]";
    assert_eq!(lines.all(), [failed, recovered, failed]);
}

#[tokio::test(start_paused = true)]
async fn a_panic_restarts_the_worker_and_is_counted_and_logged_without_its_message() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let metrics = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let lines = Lines::default();
    let _guard = lines.collect();
    use Step::{Fail, Panic, Succeed};
    let mut worker = observe(&[Fail, Panic, Panic, Succeed], 0);
    worker.rounds(1).await;
    let page = metrics.render();
    let line = "otp_worker_panics_total{worker=\"follow_a_script\"}";
    assert!(page.contains(&format!("{line} 0")), "{page}");
    worker.rounds(4).await;
    let page = metrics.render();
    assert!(page.contains(&format!("{line} 2")), "{page}");
    assert_eq!(*worker.made.lock().expect("not poisoned"), 3);
    let lines = lines.all();
    let levels: Vec<_> = lines.iter().map(|line| &line[..5]).collect();
    assert_eq!(levels, ["WARN ", "ERROR", "INFO "], "{lines:?}");
    assert!(lines[1].contains("a worker panicked") && lines[1].contains("follow_a_script"));
    assert!(!lines.concat().contains("96655"), "{lines:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_the_worker_at_once_between_rounds_and_after_the_round_that_runs() {
    let mut worker = observe(&[Step::Succeed], 0);
    worker.rounds(1).await;
    let stopped = Instant::now();
    worker.stop.cancel();
    worker.ended.await.expect("ended");
    assert_eq!(stopped.elapsed(), Duration::ZERO);

    let mut worker = observe(&[Step::Wait, Step::Succeed], 0);
    worker.rounds(1).await;
    worker.stop.cancel();
    advance(PERIOD * 3).await;
    assert!(!worker.ended.is_finished(), "the round was not finished");
    let released = Instant::now();
    worker.gate.notify_one();
    worker.ended.await.expect("ended");
    assert_eq!(released.elapsed(), Duration::ZERO);
    assert!(worker.rounds.try_recv().is_err(), "another round began");
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_is_stopped_before_it_starts_does_nothing() {
    let worker = Worker {
        randomness: Arc::new(Constant(0)),
        stop: CancellationToken::new(),
        rounds: Rounds::default(),
    };
    worker.stop.cancel();
    let (rounds, mut started) = mpsc::unbounded_channel();
    worker
        .run(|| Scripted {
            script: Arc::default(),
            gate: Arc::default(),
            wake: Arc::default(),
            rounds: rounds.clone(),
        })
        .await;
    assert!(started.try_recv().is_err());
}

#[tokio::test(start_paused = true)]
async fn rounds_start_a_period_apart_or_up_to_a_tenth_earlier() {
    for (byte, expected) in [(0x00, PERIOD), (0xff, PERIOD * 9 / 10)] {
        let mut worker = observe(&[], byte);
        let starts = worker.rounds(4).await;
        for pair in starts.windows(2) {
            assert_eq!(pair[1] - pair[0], expected, "{byte:02x}");
        }
    }
    let between = observe(&[], 0x80).rounds(2).await;
    let waited = between[1] - between[0];
    assert!(PERIOD * 9 / 10 < waited && waited < PERIOD, "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_task_that_is_woken_starts_its_next_round_at_once() {
    let mut worker = observe(&[], 0);
    let first = worker.rounds(1).await[0];
    worker.wake.notify_one();
    let woken = worker.rounds(1).await[0];
    assert_eq!(woken - first, Duration::ZERO);
    let next = worker.rounds(1).await[0];
    assert_eq!(next - woken, PERIOD, "the period starts anew");
}
