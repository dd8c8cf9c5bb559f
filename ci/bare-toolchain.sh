#!/bin/sh
# bare-toolchain.sh DEST LINKER TARGET...
#
# Builds `core`, `alloc` and `compiler_builtins` for bare-metal targets with Debian's packaged
# compiler (rustc-web, cargo-web, rust-web-src), and lays them out as a sysroot in DEST, with
# DEST/bin/rustc to call. What is there already, from the same compiler, is left alone.
#
# For machines where `rustup target add` cannot be used. The libraries must come from the very
# compiler that uses them, so rustup's own compiler cannot take these.
set -eu

dest=$1 linker=$2
shift 2
rustc=/usr/bin/rustc cargo=/usr/bin/cargo
host=$($rustc -vV | sed -n 's/^host: //p')
commit=$($rustc -vV | sed -n 's/^commit-hash: //p')
rustlib=$dest/lib/rustlib

mkdir -p "$dest/bin" "$rustlib/$host/bin"
ln -sfn "/usr/lib/rustlib/$host/lib" "$rustlib/$host/lib"
ln -sfn "$linker" "$rustlib/$host/bin/rust-lld"
printf '#!/bin/sh\nexec %s --sysroot "%s" "$@"\n' "$rustc" "$dest" >"$dest/bin/rustc"
chmod +x "$dest/bin/rustc"

seed=$(mktemp -d)
trap 'rm -rf "$seed"' EXIT
mkdir "$seed/src"
echo '#![no_std]' >"$seed/src/lib.rs"
printf '[package]\nname = "seed"\nedition = "2021"\n[workspace]\n[profile.release]\npanic = "abort"\n' \
    >"$seed/Cargo.toml"
cd "$seed"

for target in "$@"; do
    lib=$rustlib/$target/lib
    [ "$(cat "$lib/built-by" 2>/dev/null)" = "$commit" ] && continue
    echo "building core and alloc for $target"
    # Without bitcode in them, a firmware with fat LTO could not take them in.
    env -u RUSTC_WRAPPER -u RUSTUP_TOOLCHAIN -u CARGO_ENCODED_RUSTFLAGS \
        RUSTC=$rustc RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Cembed-bitcode=yes \
        $cargo build --quiet -Zbuild-std=core,alloc --release --target "$target" --target-dir built
    rm -rf "$lib"
    mkdir -p "$lib"
    for crate in core alloc compiler_builtins; do
        cp "built/$target/release/deps/lib$crate"-*.rlib "$lib/"
    done
    # Last, so that a build cut short is begun again.
    echo "$commit" >"$lib/built-by"
done
