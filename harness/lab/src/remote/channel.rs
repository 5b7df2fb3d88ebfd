//! A process that is spoken with over its standard input and output, however those are reached.
//!
//! Whatever it says is read at once and queued without bound here: a pipe that nobody reads would
//! freeze it.

use std::fmt::Display;
use std::pin::Pin;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::codec::{Decoder as _, LinesCodec, LinesCodecError};

use super::machines::ProcessEvent;
use super::process_id::ProcessId;
use crate::LabError;
use crate::control::line::LONGEST;
use crate::control::{HEARTBEAT_EVERY, Order, Reader, Stamped, Writer};

/// The two ends of a process that is about to start, or has just started.
pub struct Opened<O> {
    /// Its standard input.
    pub input: Pin<Box<dyn AsyncWrite + Send>>,
    /// What it writes to its standard output.
    pub output: O,
}

/// Orders on their way to a process, and reports on their way back. Dropped, it sends no heartbeat
/// any more.
#[derive(Debug)]
pub struct Channel {
    process: ProcessId,
    orders: Arc<Mutex<Orders>>,
}

/// Orders are numbered and queued at once, so that they leave in the order of their numbers.
#[derive(Debug)]
struct Orders {
    writer: Writer,
    lines: UnboundedSender<String>,
}

impl Channel {
    /// Speaks with `process` from now on, in `runtime`. What it says goes to `events`.
    pub fn open<O, E>(
        runtime: &Handle,
        process: ProcessId,
        Opened { input, output }: Opened<O>,
        events: Sender<ProcessEvent>,
    ) -> Channel
    where
        O: Stream<Item = Result<Bytes, E>> + Send + Unpin + 'static,
        E: Display + Send,
    {
        let (lines, queue) = unbounded_channel();
        let writer = Writer::default();
        let orders = Arc::new(Mutex::new(Orders { writer, lines }));
        runtime.spawn(write(input, queue));
        runtime.spawn(beat(Arc::downgrade(&orders)));
        runtime.spawn(async move {
            let why = read(process, output, &events).await;
            // Nobody listens any more only when the lab is gone.
            let _ = events.send(ProcessEvent::Ended { process, why });
        });
        Channel { process, orders }
    }

    /// What sends orders to it from elsewhere, for as long as it is spoken with.
    pub fn teller(&self) -> Teller {
        Teller {
            process: self.process,
            orders: Arc::downgrade(&self.orders),
        }
    }

    /// Sends an order, and gives its number.
    ///
    /// # Errors
    ///
    /// [`LabError::Process`] if the process takes none any more.
    pub fn tell(&self, order: &Order) -> Result<u64, LabError> {
        self.teller().tell(order)
    }
}

/// Sends orders to a process from wherever it is held.
#[derive(Clone, Debug)]
pub struct Teller {
    process: ProcessId,
    orders: Weak<Mutex<Orders>>,
}

impl Teller {
    /// Sends an order, and gives its number.
    ///
    /// # Errors
    ///
    /// [`LabError::Process`] if the process takes none any more.
    pub fn tell(&self, order: &Order) -> Result<u64, LabError> {
        let orders = self.orders.upgrade();
        let sent = match orders {
            Some(orders) => lock(&orders).send(order),
            None => Err("nobody speaks with it any more".to_owned()),
        };
        sent.map_err(|why| LabError::process(self.process, why))
    }
}

impl Orders {
    fn send(&mut self, order: &Order) -> Result<u64, String> {
        let number = self.writer.next_number();
        let line = self.writer.line(order).map_err(|error| error.to_string())?;
        let sent = self.lines.send(line);
        sent.map_err(|_| "it takes no orders any more".to_owned())?;
        Ok(number)
    }
}

/// Writes lines until there are no more, or nobody takes them.
async fn write(mut input: Pin<Box<dyn AsyncWrite + Send>>, mut queue: UnboundedReceiver<String>) {
    while let Some(line) = queue.recv().await {
        let written = input.write_all(line.as_bytes()).await;
        if written.is_err() || input.flush().await.is_err() {
            return;
        }
    }
}

/// Sends heartbeats for as long as the process is wanted.
async fn beat(orders: Weak<Mutex<Orders>>) {
    let mut beats = interval(HEARTBEAT_EVERY);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beats.tick().await;
        let Some(orders) = orders.upgrade() else {
            return;
        };
        if lock(&orders).send(&Order::Heartbeat).is_err() {
            return;
        }
    }
}

/// Reads what the process says, and gives the reason why it says no more.
async fn read<E: Display>(
    process: ProcessId,
    mut output: impl Stream<Item = Result<Bytes, E>> + Unpin,
    events: &Sender<ProcessEvent>,
) -> String {
    let mut reader = Reader::default();
    let mut lines = LinesCodec::new_with_max_length(LONGEST);
    let mut said = BytesMut::new();
    while let Some(piece) = output.next().await {
        let arrived = Instant::now();
        match piece {
            Ok(bytes) => said.extend_from_slice(&bytes),
            Err(error) => return error.to_string(),
        }
        loop {
            let line = match lines.decode(&mut said) {
                Ok(Some(line)) => line,
                Ok(None) => break,
                Err(LinesCodecError::MaxLineLengthExceeded) => {
                    return reader.too_long().to_string();
                }
                Err(LinesCodecError::Io(error)) => return error.to_string(),
            };
            let stamped = match reader.read::<Stamped>(&line) {
                Ok((_, stamped)) => stamped,
                Err(error) => return error.to_string(),
            };
            let report = ProcessEvent::Report {
                process,
                arrived,
                stamped,
            };
            if events.send(report).is_err() {
                return "nobody listens".to_owned();
            }
        }
    }
    "it has exited".to_owned()
}

/// A panic elsewhere leaves orders as they were.
fn lock(orders: &Mutex<Orders>) -> MutexGuard<'_, Orders> {
    orders.lock().unwrap_or_else(PoisonError::into_inner)
}
