//! USB devices taken off the bus and put on it again, as far as software can.

use nusb::MaybeFuture as _;

use crate::trouble::{Class, Trouble, udev};

/// Resets the device with these numbers: its drivers let go of it, and find it anew.
///
/// # Errors
///
/// It is not there, or not ours, or this system cannot do it.
pub(crate) fn reset((vendor, product): (u16, u16), serial: Option<&str>) -> Result<(), Trouble> {
    let failed = |error: nusb::Error| {
        let what = format!("the USB device {vendor:04x}:{product:04x} is not reset: {error}");
        match error.kind() {
            nusb::ErrorKind::PermissionDenied => {
                Trouble::new(Class::Permission, what, udev(vendor, product))
            }
            _ => Trouble::new(Class::Tool, what, "plug it in again by hand"),
        }
    };
    let mut devices = nusb::list_devices().wait().map_err(failed)?;
    let device = devices.find(|device| {
        (device.vendor_id(), device.product_id()) == (vendor, product)
            && (serial.is_none() || device.serial_number() == serial)
    });
    let Some(device) = device else {
        let what = format!("the USB device {vendor:04x}:{product:04x} is not there");
        return Err(Trouble::new(Class::Gone, what, "plug it in again by hand"));
    };
    device.open().wait().map_err(failed)?.reset().wait().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::reset;
    use crate::trouble::Class;

    #[test]
    fn what_is_not_there_is_not_reset() {
        // Vendors begin at 1, so that nothing has these numbers. A machine without USB says so.
        let trouble = reset((0, 0), None).unwrap_err();
        assert!(matches!(trouble.class, Class::Gone | Class::Tool), "{trouble}");
    }
}
