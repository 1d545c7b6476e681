//! scanic, jscanify and our own module as WebAssembly, in one process of Node.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use document::picture::Picture;
use document::scan::corners::{Point, Quad};

use crate::figures::Answer;

/// The process.
pub struct Peers {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Peers {
    /// Starts it with the packages of a `node_modules`, and our module when it was built.
    pub fn start(folder: &str, module: Option<&str>) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/corners/peers.mjs");
        let mut process = Command::new("node")
            .arg(script)
            .arg(folder)
            .args(module)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node is installed by `cargo xtask bench corners`");
        let input = process.stdin.take().expect("it was asked for");
        let output = process.stdout.take().expect("it was asked for");
        Self {
            process,
            input,
            output: BufReader::new(output),
        }
    }

    /// Asks all for the corners in a picture.
    pub fn ask(&mut self, picture: &Picture) -> Vec<Answer> {
        let mut message = Vec::with_capacity(picture.pixels().len() + 8);
        message.extend(picture.width().to_le_bytes());
        message.extend(picture.height().to_le_bytes());
        message.extend(picture.pixels());
        self.input.write_all(&message).expect("node runs");
        let mut answers = Vec::new();
        loop {
            let mut line = String::new();
            let length = self.output.read_line(&mut line).expect("node runs");
            assert!(length > 0, "node ended: see what it said above");
            let mut words = line.split_whitespace();
            let Some(name) = words.next() else {
                return answers;
            };
            let numbers: Vec<f32> = words.filter_map(|it| it.parse().ok()).collect();
            let point = |it: usize| Point {
                x: numbers[it],
                y: numbers[it + 1],
            };
            answers.push(Answer {
                name: name.into(),
                milliseconds: numbers[0],
                found: (numbers.len() == 9).then(|| Quad([1, 3, 5, 7].map(point))),
            });
        }
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        // It ends with its input; an error here has nobody to tell.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
