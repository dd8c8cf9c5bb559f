//! What is attached to this machine: debug probes, serial ports, and drives of boards that wait for
//! an image.

pub(crate) mod drive;

use std::time::Duration;

use probe_rs::probe::DebugProbeSelector;
use probe_rs::probe::list::{Accessibility, Lister};
use serialport::SerialPortType;

use crate::Chip;
use crate::serial::connect;
pub use drive::Drive;

/// How long a probe behind TCP may take to answer.
pub(crate) const ANSWER_MAX: Duration = Duration::from_secs(2);

/// All that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attached {
    /// Debug probes.
    pub probes: Vec<Probe>,
    /// Serial ports on USB. Others are not found, but can be named.
    pub ports: Vec<Port>,
    /// Drives of boards whose boot ROM waits for an image.
    pub drives: Vec<Drive>,
}

/// A debug probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// As in `boards.toml`: `VID:PID:SERIAL`.
    pub selector: String,
    /// What it calls itself.
    pub name: String,
    /// Its USB numbers: vendor and product.
    pub usb: (u16, u16),
    /// By which a probe and its own serial port know each other.
    pub serial_number: Option<String>,
    /// Whether we may use it.
    pub is_ours: bool,
}

impl Probe {
    /// Whether this names it; the number of an interface may be left out.
    pub(crate) fn is_named(&self, selector: &str) -> bool {
        selector.parse().is_ok_and(|selector: DebugProbeSelector| {
            (selector.vendor_id, selector.product_id) == self.usb
                && selector.serial_number == self.serial_number
        })
    }
}

/// A serial port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its path.
    pub name: String,
    /// What it calls itself.
    pub product: String,
    /// Its USB numbers: vendor and product.
    pub usb: (u16, u16),
    /// That of the USB device.
    pub serial_number: Option<String>,
}

/// USB numbers of ports that lead to a chip. A probe's port leads wherever its wires do.
const PORTS: &[(u16, Option<u16>, Chip)] = &[
    // Raspberry Pi's vendor number is that of boards with its chip, and of its probe, which is told
    // apart by being one.
    (0x2e8a, None, Chip::Rp2040),
    // Espressif's own: the serial port within the chip.
    (0x303a, Some(0x1001), Chip::Esp32c3),
    // Bridges that are on most boards with one of Espressif's chips: CP210x, CH340 and its kin.
    (0x10c4, Some(0xea60), Chip::Esp32c3),
    (0x1a86, Some(0x7523), Chip::Esp32c3),
    (0x1a86, Some(0x55d3), Chip::Esp32c3),
    (0x1a86, Some(0x55d4), Chip::Esp32c3),
];

impl Attached {
    /// Looks for everything.
    pub fn find() -> Self {
        Self { probes: probes(), ports: ports(), drives: drive::find() }
    }

    /// Ports that may lead to this chip: its own on USB, a bridge that its boards have, or the one
    /// of this probe.
    pub(crate) fn ports_of(&self, chip: Chip, probe: Option<&Probe>) -> Vec<&Port> {
        let number = probe.and_then(|probe| probe.serial_number.as_ref());
        let of_probe = |port: &&Port| {
            self.probes
                .iter()
                .any(|probe| probe.usb == port.usb && probe.serial_number == port.serial_number)
        };
        let is_its = |port: &&Port| {
            let (vendor, product) = port.usb;
            PORTS.iter().any(|&(v, p, leads_to)| {
                leads_to == chip && v == vendor && p.is_none_or(|p| p == product)
            })
        };
        let beside: Vec<&Port> = self
            .ports
            .iter()
            .filter(|port| {
                of_probe(port) && number.is_some() && port.serial_number.as_ref() == number
            })
            .collect();
        let own = self.ports.iter().filter(|port| !of_probe(port) && is_its(port));
        // The wires of a probe lead to the board that it debugs; what is on USB may be another.
        if beside.is_empty() { own.collect() } else { beside }
    }
}

/// Whether a probe of this name is there, on USB or behind TCP.
pub(crate) fn has_probe(selector: &str) -> bool {
    match selector.splitn(3, ':').nth(2).and_then(|serial| serial.strip_prefix("tcp:")) {
        Some(address) => connect(address, ANSWER_MAX).is_ok(),
        None => probes().iter().any(|probe| probe.is_named(selector)),
    }
}

/// One name for a probe, however it is spelled: letters of its numbers, the number of an interface.
pub(crate) fn one_name(selector: &str) -> String {
    match selector.parse::<DebugProbeSelector>() {
        Ok(DebugProbeSelector { vendor_id, product_id, serial_number: Some(serial), .. }) => {
            format!("{vendor_id:04x}:{product_id:04x}:{serial}")
        }
        _ => selector.to_owned(),
    }
}

fn probes() -> Vec<Probe> {
    let listed = Lister::new().list_all_with_access();
    listed
        .into_iter()
        .map(|item| {
            let info = item.info;
            let serial_number = info.serial_number.clone();
            let interface = info.interface.map(|number| format!("-{number}")).unwrap_or_default();
            Probe {
                selector: format!(
                    "{:04x}:{:04x}{interface}:{}",
                    info.vendor_id,
                    info.product_id,
                    serial_number.as_deref().unwrap_or_default()
                ),
                name: info.identifier.clone(),
                usb: (info.vendor_id, info.product_id),
                serial_number,
                is_ours: item.accessibility == Accessibility::Accessible,
            }
        })
        .collect()
}

fn ports() -> Vec<Port> {
    // A machine without serial ports says so by an error.
    let listed = serialport::available_ports().unwrap_or_default();
    let on_usb = listed.into_iter().filter_map(|port| match port.port_type {
        SerialPortType::UsbPort(usb) => Some(Port {
            name: port.port_name,
            product: usb.product.unwrap_or_default(),
            usb: (usb.vid, usb.pid),
            serial_number: usb.serial_number,
        }),
        _ => None,
    });
    // macOS has two names for each: one waits for a carrier that no board gives.
    let mut ports: Vec<Port> = on_usb.filter(|port| !port.name.starts_with("/dev/tty.")).collect();
    ports.sort_by(|one, other| one.name.cmp(&other.name));
    ports
}

#[cfg(test)]
mod tests {
    use super::{Attached, Port, Probe, one_name};
    use crate::Chip;

    fn port(name: &str, usb: (u16, u16), number: &str) -> Port {
        let serial_number = Some(number.to_owned());
        Port { name: name.into(), product: String::new(), usb, serial_number }
    }

    #[test]
    fn a_probes_own_port_comes_before_what_else_could_lead_there() {
        let probe = |number: &str| Probe {
            selector: format!("2e8a:000c:{number}"),
            name: String::new(),
            usb: (0x2e8a, 0xc),
            serial_number: Some(number.to_owned()),
            is_ours: true,
        };
        let attached = Attached {
            probes: vec![probe("A"), probe("B")],
            ports: vec![
                port("acm0", (0x2e8a, 0xc), "A"),
                port("acm1", (0x2e8a, 0xc), "B"),
                port("acm2", (0x2e8a, 0xa), "C"),
                port("usb0", (0x10c4, 0xea60), "D"),
                port("usb1", (0x0403, 0x6001), "E"),
            ],
            drives: Vec::new(),
        };
        let names = |chip, probe| {
            let ports = attached.ports_of(chip, probe);
            ports.iter().map(|port| port.name.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(names(Chip::Rp2040, Some(&attached.probes[1])), ["acm1"]);
        assert_eq!(names(Chip::Rp2040, None), ["acm2"]);
        assert_eq!(names(Chip::Esp32c3, None), ["usb0"]);
    }

    #[test]
    fn a_probe_has_one_name_however_it_is_spelled() {
        for spelled in ["2e8a:000c:E66a", "2E8A:000C:E66a", "2e8a:000c-1:E66a"] {
            assert_eq!(one_name(spelled), "2e8a:000c:E66a", "{spelled}");
        }
        assert_ne!(one_name("2e8a:000c:E66A"), one_name("2e8a:000c:E66a"));
    }

    #[test]
    fn a_machine_with_nothing_attached_is_no_error() {
        // Nothing is claimed of what this machine has; that it is looked at without harm is.
        let attached = Attached::find();
        assert!(attached.ports.iter().all(|port| !port.name.is_empty()));
    }
}
