//! The capture of a run, read back by other people's parsers: the file, each packet with its
//! checksums, the streams that the packets carry, and by Wireshark itself where it is installed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use etherparse::{SlicedPacket, TcpSlice, TransportSlice};
use pcap_parser::traits::{PcapNGPacketBlock, PcapReaderIterator};
use pcap_parser::{Block, OptionCode, PcapBlockOwned, PcapError, PcapNGReader};
use samewire_chaos::oracle::{Failure, Wrong};
use samewire_chaos::trace::{Bite, What};
use samewire_chaos::{Schedule, Trace};
use samewire_conformance::report::capture::write;
use samewire_conformance::swarm;

/// The second at which the world begins: Sun, 06 Nov 1994 08:49:37 GMT.
const BEGIN: u64 = 784_111_777;

/// A request in pieces, a WebSocket, a reset, a window that closes, and one who is sent away.
const TEXT: &str = "\
places 2 refuse
client 0 at 0
0 ask GET /hello -> 200
0 ask POST / with 2000 tag 7 in 500 -> 200 echo
0 fault segments 400 every 3
0 fault delay 25
client 1 at 10
1 fault delay 15
1 open /ws
1 text 60 tag 3 in 20
1 ping 5
1 hear 1
client 2 at 20
2 ask GET / -> 200
client 3 at 900
3 ask GET / -> 200
3 fault reset-down 9
client 4 at 1000
4 ask POST / with 900 tag 4 -> 200 echo
4 fault zero-window 40 for 700
";

/// A packet, as others read it.
struct Read {
    at: u64,
    is_up: bool,
    client: [u8; 4],
    sequence: u32,
    acknowledged: u32,
    window: u16,
    flags: String,
    content: Vec<u8>,
    comment: Option<String>,
}

fn run() -> (Schedule, Trace, Failure) {
    let schedule: Schedule = TEXT.parse().expect("a schedule");
    let trace = swarm::play(&schedule);
    let at = trace.of(1).last().expect("it has connected").at;
    let wrong = Wrong { connection: 1, at, what: "<b>".into() };
    (schedule, trace, Failure { oracle: "frames", wrong })
}

fn captured() -> (Trace, Vec<u8>) {
    let (schedule, trace, failure) = run();
    let mut bytes = Vec::new();
    write(&schedule, &trace, Some(&failure), &mut bytes).expect("memory takes all");
    (trace, bytes)
}

/// Reads a capture with pcap-parser and etherparse; names by address, and packets.
fn read(bytes: &[u8]) -> (BTreeMap<[u8; 4], String>, Vec<Read>) {
    let mut reader = PcapNGReader::new(1 << 16, bytes).expect("it begins like a capture");
    let (mut names, mut packets) = (BTreeMap::new(), Vec::new());
    loop {
        match reader.next() {
            Ok((length, block)) => {
                let PcapBlockOwned::NG(block) = block else { panic!("an old block") };
                match block {
                    Block::NameResolution(block) => {
                        // The last one is empty and ends the list.
                        for name in block.nr.iter().filter(|name| name.record_value.len() > 4) {
                            let (address, text) = name.record_value.split_at(4);
                            let text = String::from_utf8_lossy(text).trim_end_matches('\0').into();
                            names.insert(address.try_into().expect("four bytes"), text);
                        }
                    }
                    Block::EnhancedPacket(block) => {
                        let at = u64::from(block.ts_high) << 32 | u64::from(block.ts_low);
                        let comment =
                            block.options.iter().find(|option| option.code == OptionCode::Comment);
                        let comment = comment.and_then(|option| option.as_str().ok());
                        let mut packet = packet(block.packet_data());
                        packet.at = at / 1000 - BEGIN * 1000;
                        packet.comment =
                            comment.map(|text: &str| text.trim_end_matches('\0').into());
                        packets.push(packet);
                    }
                    _ => {}
                }
                reader.consume(length);
            }
            Err(PcapError::Eof) => return (names, packets),
            Err(PcapError::Incomplete(_)) => reader.refill().expect("memory is read"),
            Err(error) => panic!("{error:?}"),
        }
    }
}

fn packet(bytes: &[u8]) -> Read {
    let sliced = SlicedPacket::from_ethernet(bytes).expect("Ethernet, IPv4 and TCP");
    let Some(etherparse::NetSlice::Ipv4(ip)) = &sliced.net else { panic!("no IPv4") };
    let header = ip.header().to_header();
    assert_eq!(header.header_checksum, header.calc_header_checksum());
    assert_eq!(usize::from(header.total_len) + 14, bytes.len());
    let Some(TransportSlice::Tcp(tcp)) = &sliced.transport else { panic!("no TCP") };
    let sum = tcp.calc_checksum_ipv4(header.source, header.destination).expect("it is short");
    assert_eq!(tcp.checksum(), sum);
    let is_up = tcp.destination_port() == 80;
    Read {
        at: 0,
        is_up,
        client: if is_up { header.source } else { header.destination },
        sequence: tcp.sequence_number(),
        acknowledged: tcp.acknowledgment_number(),
        window: tcp.window_size(),
        flags: flags(tcp),
        content: tcp.payload().to_vec(),
        comment: None,
    }
}

fn flags(tcp: &TcpSlice<'_>) -> String {
    let all =
        [(tcp.syn(), 'S'), (tcp.fin(), 'F'), (tcp.rst(), 'R'), (tcp.psh(), 'P'), (tcp.ack(), 'A')];
    all.into_iter().filter_map(|(is_set, letter)| is_set.then_some(letter)).collect()
}

/// What packets of one direction carry, put together by their sequence numbers.
fn stream<'a>(packets: impl Iterator<Item = &'a Read>) -> Vec<u8> {
    let mut stream = Vec::new();
    for packet in packets.filter(|packet| !packet.content.is_empty()) {
        assert_eq!(packet.sequence as usize, stream.len() + 1, "there is a gap");
        stream.extend(&packet.content);
    }
    stream
}

#[test]
fn others_read_the_very_streams_of_the_run() {
    let (trace, bytes) = captured();
    let (names, packets) = read(&bytes);
    assert_eq!(trace.connections.len(), 5);
    for (number, streams) in (0_u32..).zip(&trace.connections) {
        let client = [10, 0, 0, u8::try_from(number + 1).expect("few")];
        assert_eq!(names[&client], format!("client-{number}"));
        let own: Vec<_> = packets.iter().filter(|packet| packet.client == client).collect();
        let of = |is_up| own.iter().copied().filter(move |packet| packet.is_up == is_up);
        let arrived = trace.of(number).fold(0, |most, event| match event.what {
            What::Arrives(until) => until,
            _ => most,
        });
        assert_eq!(stream(of(true)), streams.up[..arrived], "up, {number}");
        assert_eq!(stream(of(false)), streams.down, "down, {number}");
        let begin: Vec<_> = own.iter().take(3).map(|packet| &*packet.flags).collect();
        assert_eq!(begin, ["S", "SA", "A"]);
        // Nobody acknowledges what was not sent.
        for (index, packet) in own.iter().enumerate().skip(3) {
            let sent = own[..index].iter().filter(|other| other.is_up != packet.is_up);
            let sent =
                sent.map(|other| other.sequence + u32::try_from(other.content.len()).unwrap_or(0));
            let sent = sent.max().unwrap_or(0) + 1;
            assert!(packet.acknowledged <= sent, "{} of {sent}", packet.acknowledged);
        }
    }
    assert_eq!(names[&[192, 0, 2, 1]], "server");
}

#[test]
fn ends_windows_and_times_are_those_of_the_run() {
    let (trace, bytes) = captured();
    let (_, packets) = read(&bytes);
    assert!(packets.windows(2).all(|two| two[0].at <= two[1].at), "time goes back");
    let of =
        |number: u8| packets.iter().filter(move |packet| packet.client == [10, 0, 0, number + 1]);
    let first = |number| of(number).next().map(|packet| packet.at);
    assert_eq!((0..5).filter_map(first).collect::<Vec<_>>(), [0, 10, 20, 900, 1000]);
    // Both ends of the first one; a reset by the client who was to; a window of zero, for so long.
    assert_eq!(of(0).filter(|packet| packet.flags.contains('F')).count(), 2);
    let last = of(3).next_back().expect("packets");
    assert_eq!((&*last.flags, last.is_up), ("RA", true));
    let shut = of(4).find(|packet| packet.window == 0).expect("a window of zero");
    let opens = of(4).find(|packet| packet.at > shut.at && packet.is_up).expect("it opens");
    assert_eq!((opens.at - shut.at, opens.window), (700, 65_535));
    let bites = trace.of(4).find(|event| event.what == What::Bites(Bite::WindowShut));
    assert_eq!(bites.map(|event| event.at), Some(shut.at));
}

#[test]
fn comments_say_what_no_packet_does() {
    let (_, bytes) = captured();
    let (_, packets) = read(&bytes);
    let comments = packets.iter().filter_map(|packet| packet.comment.as_deref());
    let comments: Vec<_> = comments.flat_map(str::lines).collect();
    for words in
        ["client 0: ask GET /hello -> 200", "client 1: open /ws", "refused: all places are taken"]
    {
        assert!(comments.contains(&words), "{words} is not in {comments:#?}");
    }
    let failed = comments.iter().filter(|words| words.starts_with("FAIL frames: connection 1"));
    assert_eq!(failed.count(), 1, "{comments:#?}");
}

#[test]
fn wireshark_decodes_it_if_it_is_installed() {
    let (trace, bytes) = captured();
    if !Command::new("tshark").arg("--version").output().is_ok_and(|out| out.status.success()) {
        println!("there is no tshark: `apt-get install tshark`");
        return;
    }
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join("capture.pcapng");
    std::fs::write(&file, bytes).expect("a capture is written");
    let fields = |filter: &str, field: &str| -> Vec<String> {
        let mut tshark = Command::new("tshark");
        // Checksums are not looked at unless that is said; names come from the capture.
        tshark.args(["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-r"]);
        let out = tshark.arg(&file).args(["-Y", filter, "-T", "fields", "-e", field]).output();
        let out = out.expect("tshark runs");
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8_lossy(&out.stdout).lines().map(str::to_owned).collect()
    };
    let methods = fields("http.request", "http.request.method");
    assert_eq!(methods.iter().filter(|method| *method == "GET").count(), 4, "{methods:?}");
    let statuses = fields("http.response", "http.response.code");
    assert!(
        ["101", "200", "503"].iter().all(|code| statuses.iter().any(|s| s == code)),
        "{statuses:?}"
    );
    let opcodes = fields("websocket", "websocket.opcode").join(",");
    for opcode in ["1", "8", "9", "10"] {
        assert!(opcodes.split(',').any(|one| one == opcode), "no frame {opcode} in {opcodes}");
    }
    for wrong in [
        "tcp.checksum.status == 0",
        "ip.checksum.status == 0",
        "_ws.malformed",
        "tcp.analysis.lost_segment",
        "tcp.analysis.ack_lost_segment",
        "tcp.analysis.retransmission",
        "tcp.analysis.out_of_order",
    ] {
        assert_eq!(fields(wrong, "frame.number"), [""; 0], "{wrong}");
    }
    assert!(!fields("tcp.analysis.zero_window", "frame.number").is_empty());
    assert_eq!(fields("frame.comment contains \"FAIL frames\"", "frame.number").len(), 1);
    let names: Vec<_> = fields("tcp.flags.syn == 1 && tcp.flags.ack == 0", "ip.src_host");
    assert_eq!(names.len(), trace.connections.len());
}
