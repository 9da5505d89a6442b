//! An HTTP client as small as can be: it shares two cores with the server it measures.

use anyhow::{Context, Result, bail, ensure};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// One connection, kept open from request to request.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
    /// The lines that every request begins with, after the first.
    head: String,
}

/// What the server said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Seconds to wait, if the server asked for that.
    pub(crate) retry_after: Option<u64>,
    pub(crate) body: String,
}

/// Longer than any commit takes; a server that needs more is stuck.
const PATIENCE: Duration = Duration::from_mins(2);

impl Client {
    pub(crate) fn connect(address: SocketAddr, token: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self {
            stream: BufReader::new(stream),
            head: format!("Host: {address}\r\nAuthorization: Bearer {token}\r\n"),
        })
    }

    pub(crate) fn get(&mut self, path: &str) -> Result<Answer> {
        self.exchange(&format!("GET {path} HTTP/1.1\r\n{}\r\n", self.head), "")
    }

    pub(crate) fn post(&mut self, path: &str, media_type: &str, body: &str) -> Result<Answer> {
        let length = body.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\n{}Content-Type: {media_type}\r\nContent-Length: {length}\r\n\r\n",
            self.head
        );
        self.exchange(&head, body)
    }

    fn exchange(&mut self, head: &str, body: &str) -> Result<Answer> {
        let request = self.stream.get_mut();
        request
            .write_all(head.as_bytes())
            .context("the server closed the connection")?;
        request
            .write_all(body.as_bytes())
            .context("the server closed the connection")?;
        self.answer().context("the server gave no answer")
    }

    fn answer(&mut self) -> Result<Answer> {
        let first = self.line()?;
        let status = first.split(' ').nth(1).and_then(|status| status.parse().ok());
        let mut answer = Answer {
            status: status.with_context(|| format!("`{first}` is no status line"))?,
            retry_after: None,
            body: String::new(),
        };
        let mut length = 0;
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else {
                ensure!(line.is_empty(), "`{line}` is no header");
                break;
            };
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().context("the length of the body is no number")?,
                "retry-after" => answer.retry_after = value.parse().ok(),
                "transfer-encoding" => bail!("this client needs a Content-Length, not `{value}`"),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        answer.body = String::from_utf8(body).context("the body is not UTF-8")?;
        Ok(answer)
    }

    /// The next line, without its end.
    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        ensure!(
            self.stream.read_line(&mut line)? > 0,
            "the server closed the connection"
        );
        Ok(line.trim_end().to_owned())
    }
}

#[cfg(test)]
pub(super) mod tests;
