// A debug probe at a port: each client finds it as if it had just been plugged in, while what it did
// to the chip stands.

import { ParkedCore, RunningCore } from './core.mjs';
import { Glasgow } from './glasgow.mjs';
import { Wires } from './swd.mjs';

export function attachProbe(port, board, log, wake) {
  const core = new RunningCore(board);
  const cores = [core, new ParkedCore(core)];
  // A pin that is held low stops the chip; it starts when the pin is let go.
  const reset = (isHeld) => (isHeld ? board.hang() : board.reset('pin'));
  let probe;
  port.onOpen = () => (probe = new Glasgow(new Wires(cores, () => board.reset('rescue')), reset));
  port.onData = (data) => {
    try {
      port.send(probe.receive(data));
    } catch (error) {
      log(`probe: ${error.message}`);
      port.disconnect();
    }
    wake();
  };
}
