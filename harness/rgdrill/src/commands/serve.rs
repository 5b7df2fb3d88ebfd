//! `rgdrill serve`: the runs of a directory, in a browser on this machine.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use http::header::{self, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use model::exit_code::ExitCode;
use model::printable::line;
use node::sockets;
use report::site::{Found, Site};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task;

use super::process::run::block_on;
use crate::advice::Advised;
use crate::command_error::CommandError;
use crate::output;

/// How many connections are served at once.
const MOST: usize = 16;

/// How long a request's head may take.
const HEAD: Duration = Duration::from_secs(10);

/// How long a connection may last.
const LASTS: Duration = Duration::from_secs(60);

/// `rgdrill serve`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rgdrill serve                       the runs in `runs`
  rgdrill serve nightly --port 8080

It listens on 127.0.0.1 only, answers nobody who reaches it by another name, and changes nothing.
Ctrl-C ends it.")]
pub(crate) struct ServeArgs {
    /// The directory of the runs.
    #[arg(value_name = "RUNS_DIR", default_value = "runs")]
    runs: PathBuf,

    /// The port [default: one that is free]
    #[arg(
        long,
        value_name = "PORT",
        default_value_t = 0,
        hide_default_value = true
    )]
    port: u16,
}

/// Serves until it is told to stop.
pub(crate) fn run(args: &ServeArgs) -> Result<ExitCode, CommandError> {
    let runs = args.runs.display().to_string();
    if !args.runs.is_dir() {
        let error = format!("there is no directory `{}`", line(&runs));
        let help = "name the directory that has the runs, or run `rgdrill certify` first";
        return Err(CommandError::usage(Advised::new(
            io::Error::other(error),
            help,
        )));
    }
    let site = Site::new(&args.runs);
    block_on(async |mut stop| {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, args.port)).await;
        let address = listener.and_then(|listener| Ok((listener.local_addr()?, listener)));
        let (address, listener) = address.map_err(|error| {
            let error = io::Error::other(format!("port {}: {error}", args.port));
            CommandError::harness(Advised::new(error, "choose another --port"))
        })?;
        output::write(&format!(
            "http://{address}/ shows the runs in {}\n",
            line(&runs)
        ))?;
        tokio::select! {
            () = listen(listener, address, Arc::new(site)) => {}
            () = stop.told() => {}
        }
        Ok(())
    })
}

async fn listen(listener: TcpListener, address: SocketAddr, site: Arc<Site>) {
    let places = Arc::new(Semaphore::new(MOST));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let (stream, _) = sockets::accept(&listener, || {}).await;
        let site = Arc::clone(&site);
        task::spawn(async move {
            let _ = tokio::time::timeout(LASTS, connection(stream, address, site)).await;
            drop(place);
        });
    }
}

async fn connection(stream: TcpStream, address: SocketAddr, site: Arc<Site>) {
    let serve = service_fn(async |request: Request<_>| {
        Ok::<_, Infallible>(answer(&request, address, &site).await)
    });
    // One that breaks is of no more use to whoever opened it.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), serve)
        .await;
}

/// The answer to a request, whose body is not read.
async fn answer<B>(
    request: &Request<B>,
    address: SocketAddr,
    site: &Arc<Site>,
) -> Response<Full<Bytes>> {
    if !is_ours(request, address) {
        // A page elsewhere has its name lead to this machine.
        return refused(StatusCode::MISDIRECTED_REQUEST);
    }
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return refused(StatusCode::METHOD_NOT_ALLOWED);
    }
    let uri = request.uri().clone();
    let site = Arc::clone(site);
    let found = task::spawn_blocking(move || site.find(uri.path(), uri.query().unwrap_or("")));
    match found.await {
        Ok(found) => response(found),
        Err(_) => refused(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// Whether it was asked for by a name of this machine.
fn is_ours<B>(request: &Request<B>, address: SocketAddr) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = hosts.next().and_then(|host| host.to_str().ok());
    let names = [
        format!("{address}"),
        format!("localhost:{}", address.port()),
    ];
    hosts.next().is_none() && host.is_some_and(|host| names.iter().any(|name| name == host))
}

fn response(found: Found) -> Response<Full<Bytes>> {
    /// What is made here has a style and a form, and no script.
    const OWN: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; \
                       base-uri 'none'; frame-ancestors 'none'";
    /// What a run brings along may have been made by anybody: it runs apart from everything else here.
    const APART: &str = "sandbox allow-scripts allow-forms; frame-ancestors 'none'";
    let (body, kind, policy) = match found {
        Found::Page(page) => (page.into_bytes(), "text/html; charset=utf-8", OWN),
        Found::Report(page) => (page, "text/html; charset=utf-8", APART),
        Found::Text(text) => (text, "text/plain; charset=utf-8", APART),
        Found::Binary(bytes) => (bytes, "application/octet-stream", APART),
        Found::Nothing => return refused(StatusCode::NOT_FOUND),
    };
    with_headers(StatusCode::OK, body, kind, policy)
}

fn refused(status: StatusCode) -> Response<Full<Bytes>> {
    let body = format!("{status}\n").into_bytes();
    with_headers(
        status,
        body,
        "text/plain; charset=utf-8",
        "default-src 'none'",
    )
}

fn with_headers(
    status: StatusCode,
    body: Vec<u8>,
    kind: &'static str,
    policy: &'static str,
) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (header::ALLOW, "GET, HEAD"),
    ];
    for (name, value) in headers {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}
