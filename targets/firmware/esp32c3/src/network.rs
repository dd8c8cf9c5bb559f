//! The network: Wi-Fi, if whoever builds the image names one.

use core::hint::black_box;

use embassy_executor::Spawner;
use embassy_net::{Config, DhcpConfig, Runner, Stack, StackResources};
use embassy_time::{Duration, Timer};
use esp_hal::peripherals::WIFI;
use esp_radio::wifi::sta::StationConfig;
use esp_radio::wifi::{
    AuthenticationMethodConfig, Config as Mode, ControllerConfig, Interface, WifiController,
    WifiError,
};
use samewire_attached::{Credentials, Wiring, network};
use static_cell::StaticCell;

use crate::ports::tell;

/// Nothing that is committed says which network.
const NETWORK: Option<Credentials> = match Credentials::read(
    option_env!("SAMEWIRE_WIFI_SSID"),
    option_env!("SAMEWIRE_WIFI_PASSWORD"),
) {
    Ok(network) => network,
    Err(fault) => panic!("{}", fault.words()),
};

/// What an access point is told that we are called, and with luck resolves.
const HOSTNAME: &str = "samewire-c3";

/// After so long a network is looked for again that was not there.
const PATIENCE: Duration = Duration::from_secs(5);

/// The places, and one socket to ask for an address.
const SOCKETS: usize = network::SOCKETS + 1;

/// Which network to join. The compiler does not know, so that an image without one is checked, and
/// measured, with all that it would need.
pub(crate) fn named() -> Option<Credentials> {
    black_box(NETWORK)
}

/// Begins to serve on this network, if the radio begins.
pub(crate) fn begin(
    spawner: Spawner,
    radio: WIFI<'static>,
    credentials: Credentials,
    seed: u64,
    wiring: Wiring,
) {
    match start(radio, credentials) {
        Ok(controller) => serve_on(spawner, controller, seed, wiring),
        Err(error) => tell(format_args!("the radio does not begin: {error:?}")),
    }
}

fn start(
    radio: WIFI<'static>,
    credentials: Credentials,
) -> Result<WifiController<'static>, WifiError> {
    let Credentials { ssid, password } = credentials;
    let authentication = match password {
        "" => AuthenticationMethodConfig::Open,
        password => AuthenticationMethodConfig::Wpa2Personal(password.try_into()?),
    };
    let station =
        StationConfig::default().with_ssid(ssid.try_into()?).with_authentication(authentication);
    let config = ControllerConfig::default().with_initial_config(Mode::Station(station));
    WifiController::new(radio, config)
}

fn serve_on(spawner: Spawner, controller: WifiController<'static>, seed: u64, wiring: Wiring) {
    static RESOURCES: StaticCell<StackResources<SOCKETS>> = StaticCell::new();
    const FREE: &str = "each task is spawned once";
    let mut asking = DhcpConfig::default();
    asking.hostname = HOSTNAME.try_into().ok();
    let resources = RESOURCES.init_with(StackResources::new);
    let (stack, runner) =
        embassy_net::new(Interface::station(), Config::dhcpv4(asking), resources, seed);
    spawner.spawn(join(controller).expect(FREE));
    spawner.spawn(run(runner).expect(FREE));
    spawner.spawn(tell_address(stack).expect(FREE));
    spawner.spawn(serve(stack, wiring).expect(FREE));
}

/// Joins the network, whenever it is there.
#[embassy_executor::task]
async fn join(mut controller: WifiController<'static>) -> ! {
    loop {
        match controller.connect_async().await {
            Ok(_) => {
                let left = controller.wait_for_disconnect_async().await;
                tell(format_args!("the network is gone: {:?}", left.map(|left| left.reason)));
            }
            Err(error) => tell(format_args!("no network: {error}")),
        }
        Timer::after(PATIENCE).await;
    }
}

#[embassy_executor::task]
async fn run(mut runner: Runner<'static, Interface>) -> ! {
    runner.run().await
}

/// Nobody else knows it.
#[embassy_executor::task]
async fn tell_address(stack: Stack<'static>) -> ! {
    loop {
        stack.wait_config_up().await;
        if let Some(config) = stack.config_v4() {
            tell(format_args!("http://{}/", config.address.address()));
        }
        stack.wait_config_down().await;
    }
}

#[embassy_executor::task]
async fn serve(stack: Stack<'static>, wiring: Wiring) {
    network::serve(stack, || wiring.demo()).await;
}
