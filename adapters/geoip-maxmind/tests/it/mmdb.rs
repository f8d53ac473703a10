//! Writes databases in the MaxMind DB format, as small as they can be.

use std::net::IpAddr;

/// A value of an entry.
pub(crate) enum Value {
    Text(&'static str),
    Short(u16),
    Number(u32),
    Long(u64),
    Double(f64),
    Map(Vec<(&'static str, Value)>),
    /// A list of nothing.
    Nothing,
}

/// A network, by an address and the length of its prefix, and what is said of it.
pub(crate) type Entry<'a> = (&'a str, u8, Value);

/// The bytes of a file with these networks.
pub(crate) fn database(kind: &'static str, entries: &[Entry<'_>]) -> Vec<u8> {
    let (mut tree, mut data) = (Tree::default(), Vec::new());
    for (address, prefix, value) in entries {
        tree.insert(address.parse().unwrap(), *prefix, data.len());
        encode(value, &mut data);
    }
    let nodes = u32::try_from(tree.nodes.len()).unwrap();
    let mut bytes = tree.bytes();
    bytes.extend([0; 16]);
    bytes.extend(data);
    bytes.extend(b"\xab\xcd\xefMaxMind.com");
    encode(
        &Value::Map(vec![
            ("binary_format_major_version", Value::Short(2)),
            ("binary_format_minor_version", Value::Short(0)),
            ("build_epoch", Value::Long(1_700_000_000)),
            ("database_type", Value::Text(kind)),
            ("description", Value::Map(vec![("en", Value::Text("of a test"))])),
            ("ip_version", Value::Short(6)),
            ("languages", Value::Nothing),
            ("node_count", Value::Number(nodes)),
            ("record_size", Value::Short(32)),
        ]),
        &mut bytes,
    );
    bytes
}

/// A binary tree over the bits of IPv6 addresses; IPv4 lies under 96 zeros.
struct Tree {
    nodes: Vec<[Record; 2]>,
}

#[derive(Clone, Copy)]
enum Record {
    Nothing,
    Node(usize),
    Data(usize),
}

impl Default for Tree {
    fn default() -> Self {
        Self { nodes: vec![[Record::Nothing; 2]] }
    }
}

impl Tree {
    fn insert(&mut self, address: IpAddr, prefix: u8, data: usize) {
        let (bits, length) = match address {
            IpAddr::V4(ip) => (u128::from(ip.to_bits()), prefix + 96),
            IpAddr::V6(ip) => (ip.to_bits(), prefix),
        };
        let mut node = 0;
        for depth in 0..length {
            let side = usize::from((bits >> (127 - depth)) & 1 == 1);
            if depth + 1 == length {
                self.nodes[node][side] = Record::Data(data);
            } else if let Record::Node(next) = self.nodes[node][side] {
                node = next;
            } else {
                self.nodes.push([Record::Nothing; 2]);
                let next = self.nodes.len() - 1;
                self.nodes[node][side] = Record::Node(next);
                node = next;
            }
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let count = self.nodes.len();
        let record = |record: &Record| match record {
            Record::Nothing => count,
            Record::Node(node) => *node,
            Record::Data(offset) => count + 16 + offset,
        };
        let records = self.nodes.iter().flatten().map(record);
        records.flat_map(|record| u32::try_from(record).unwrap().to_be_bytes()).collect()
    }
}

fn encode(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Text(text) => {
            head(2, text.len(), out);
            out.extend(text.as_bytes());
        }
        Value::Nothing => out.extend([0, 11 - 7]),
        Value::Short(number) => {
            head(5, 2, out);
            out.extend(number.to_be_bytes());
        }
        Value::Long(number) => {
            // The types beyond 7 stand in a byte of their own.
            out.extend([8, 9 - 7]);
            out.extend(number.to_be_bytes());
        }
        Value::Number(number) => {
            head(6, 4, out);
            out.extend(number.to_be_bytes());
        }
        Value::Double(number) => {
            head(3, 8, out);
            out.extend(number.to_be_bytes());
        }
        Value::Map(pairs) => {
            head(7, pairs.len(), out);
            for (name, value) in pairs {
                encode(&Value::Text(name), out);
                encode(value, out);
            }
        }
    }
}

/// The type in three bits, and the size in five, or beyond them.
fn head(kind: u8, size: usize, out: &mut Vec<u8>) {
    let size = u8::try_from(size).unwrap();
    match size.checked_sub(29) {
        None => out.push((kind << 5) + size),
        Some(beyond) => out.extend([(kind << 5) + 29, beyond]),
    }
}
